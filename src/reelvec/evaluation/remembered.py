"""What models said of the same reviews before: one is asked again only where something changed."""

import hashlib
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

import numpy as np

from reelvec.base.executor import DECISIVE
from reelvec.base.listing import listing_of
from reelvec.base.project.files import remove, replacing, save_array
from reelvec.base.project.section import Text
from reelvec.models.logits import Logits
from reelvec.text.ragged import Ragged

KEPT = Path(".dvc/tmp/logits")
"""Beside what DVC keeps of the last run, and deleted with it: no output depends on it."""

PACKAGE = Path(__file__).parents[1]
CODE = ("base/project", "models", "text")


class Remembered:
    """Logits by the content of all that decides them: model, reviews, code and libraries.

    Args:
        folder: where they are kept, a file each.
    """

    def __init__(self, folder: Path = KEPT) -> None:
        self._folder = folder
        self._used: set[Path] = set()
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
        if model not in self._models:
            self._models[model] = listing_of([model], model)
        deciding = self._code + self._models[model] + reviews
        name = hashlib.sha256(deciding.encode()).hexdigest()
        path = self._folder / f"{name}.npy"
        self._used.add(path)
        try:
            found: Logits = np.load(path)
        except (OSError, ValueError, EOFError):  # not there, or damaged
            found = ask()
            with replacing(path) as temporary:
                save_array(temporary, found)
        return found

    def forget_others(self) -> None:
        """Delete what nobody has asked for since this was made."""
        for path in self._folder.glob("*.npy"):
            if path not in self._used:
                remove(path)


def fingerprint(reviews: Mapping[Text, Ragged]) -> str:
    """SHA-256 of reviews as vocabulary ids, by kind of text; in hexadecimal."""
    digest = hashlib.sha256()
    for text, ragged in sorted(reviews.items()):
        digest.update(text.encode())
        for array in (ragged.ids, ragged.offsets):
            digest.update(f"{array.dtype} {len(array)}\n".encode())
            digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
