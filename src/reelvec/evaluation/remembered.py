"""What models said of the same reviews before: one is asked again only where something changed."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import numpy as np

from reelvec.base.executor import DECISIVE, installed
from reelvec.base.listing import listing_of
from reelvec.base.project.paths import VOCABULARY
from reelvec.base.project.section import Text
from reelvec.evaluation.mistakes import Words
from reelvec.memory import Memory
from reelvec.models.logits import Logits
from reelvec.text.ragged import Ragged
from reelvec.text.tokenizer import PREPROCESS_FILE, Tokenizer

KEPT = Path(".dvc/tmp/remembered/evaluate")

PACKAGE = Path(__file__).parents[1]
CODE = ("base/project", "models", "text")

Said = TypeVar("Said")
Ask = Callable[[Sequence[str]], Said]
"""What a model says of raw texts."""


class Remembered:
    """What models said by the content of all that decides it: model, reviews, code and libraries.

    Args:
        folder: where it is kept, a file each.
    """

    def __init__(self, folder: Path = KEPT) -> None:
        self._memory = Memory(folder)
        self._models: dict[Path, str] = {}
        code = (path for name in CODE for path in sorted((PACKAGE / name).rglob("*.py")))
        versions = [f"{name} {version(name)}\n" for name in DECISIVE]
        self._code = "".join([*versions, listing_of(code, PACKAGE)])

    def logits(self, model: Path, reviews: str, ask: Callable[[], Logits]) -> Logits:
        """What a model gives reviews, float64 (reviews,).

        Args:
            model: its folder.
            reviews: their `fingerprint`.
            ask: the model itself, where nothing is remembered.
        """
        return self._memory.array(self._code + self._listed(model) + reviews, ask)

    def answers(self, models: Sequence[Path], ask: Ask[Logits], texts: Sequence[str]) -> Logits:
        """What a model gives raw texts, float64 (texts,).

        Args:
            models: its folder, and those of its members.
            ask: the model itself, where nothing is remembered.
            texts: to ask about.
        """
        listed = [self._listed(model) for model in models]
        return self._memory.array(_deciding("answers", listed, texts), partial(ask, texts))

    def words(
        self, models: Sequence[Path], ask: Ask[list[Words]], texts: Sequence[str]
    ) -> list[Words]:
        """The words of each text that decided, and what each added; arguments as for `answers`."""
        listed = [self._listed(model) for model in models]
        found = self._memory.value(_deciding("words", listed, texts), partial(ask, texts))
        return [tuple((word, logit) for word, logit in words) for words in found]

    def encoded(self, reviews: Path, texts: Sequence[str]) -> Ragged:
        """Ids of raw texts, by the tokenizer that is kept in a folder of reviews."""
        files = [reviews / VOCABULARY, reviews / PREPROCESS_FILE]
        deciding = _deciding("encoded", [listing_of(files, reviews)], texts)
        made = cache(lambda: Tokenizer.load(reviews).encode(texts))
        return Ragged(
            self._memory.array(f"ids {deciding}", lambda: made().ids),
            self._memory.array(f"offsets {deciding}", lambda: made().offsets),
        )

    def forget_others(self) -> None:
        """Delete what nobody has asked for since this was made."""
        self._memory.forget_others()

    def _listed(self, model: Path) -> str:
        if model not in self._models:
            self._models[model] = listing_of([model], model)
        return self._models[model]


def _deciding(kind: str, files: Sequence[str], texts: Sequence[str]) -> str:
    return json.dumps([kind, installed(), files, list(texts)])


def fingerprint(reviews: Mapping[Text, Ragged]) -> str:
    """SHA-256 of reviews as vocabulary ids, by kind of text; in hexadecimal."""
    digest = hashlib.sha256()
    for text, ragged in sorted(reviews.items()):
        digest.update(text.encode())
        for array in (ragged.ids, ragged.offsets):
            digest.update(f"{array.dtype} {len(array)}\n".encode())
            digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
