"""What spaces answered before: one is asked again only where something of it changed."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import TypeAdapter

from reelvec.base.executor import installed
from reelvec.memory import Memory
from reelvec.spaces.answers import Answers, Forms
from reelvec.spaces.similarities import Searchable, answers_of

if TYPE_CHECKING:
    from reelvec.base.schema.similarities import SimilarityParams

KEPT = Path(".dvc/tmp/remembered/compare_similarities")

BY_WORDS = ("pairs", "analogies")
"""What of `Answers` has several words for a key, which JSON does not know."""


class Remembered:
    """Answers by the content of all that decides them: space, questions, code and libraries.

    Args:
        folder: where they are kept, a file each.
    """

    def __init__(self, folder: Path = KEPT) -> None:
        self._memory = Memory(folder)

    def answers(
        self, searchable: Searchable, forms: Forms, params: "SimilarityParams", confidence: float
    ) -> Answers:
        """What `answers_of` gives."""
        space, searched = searchable
        digest = hashlib.sha256(json.dumps(space.index_to_key).encode())
        digest.update(f"{space.vectors.dtype} {space.vectors.shape}".encode())
        digest.update(np.ascontiguousarray(space.vectors).data)
        asked = [searched, forms, params.model_dump(), confidence]
        deciding = json.dumps([installed(), digest.hexdigest(), asked])
        found = self._memory.value(
            deciding, lambda: _as_json(answers_of(searchable, forms, params, confidence))
        )
        return _from_json(found)

    def forget_others(self) -> None:
        """Delete what nobody has asked for since this was made."""
        self._memory.forget_others()


def _as_json(found: Answers) -> dict[str, Any]:
    plain = asdict(found)
    return plain | {name: list(plain[name].items()) for name in BY_WORDS}


def _from_json(found: dict[str, Any]) -> Answers:
    by_words = {name: {tuple(words): each for words, each in found[name]} for name in BY_WORDS}
    return TypeAdapter(Answers).validate_python(found | by_words)
