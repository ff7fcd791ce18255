"""From raw text to vocabulary ids, as the reviews that a model was trained on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from reelvec.errors import ReelvecError
from reelvec.files import read_json
from reelvec.params import PreprocessParams
from reelvec.ragged import Ragged
from reelvec.text import tokenize
from reelvec.vocabulary import Vocabulary

STEPS = "preprocess.json"
"""The file beside tokens that says how they were made."""


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """Preprocessing and a vocabulary.

    Attributes:
        preprocess: how text becomes tokens.
        vocabulary: the token of each id, padding and unknown first.
    """

    preprocess: PreprocessParams
    vocabulary: list[str]

    def encode(self, texts: Sequence[str]) -> Ragged:
        """Ids of each text, (texts,) rows; words outside the vocabulary are unknown."""
        corpus = tokenize(pa.array(list(texts), pa.string()), self.preprocess)
        vocabulary = Vocabulary(self.vocabulary, np.zeros(0, np.int64), np.zeros(0, np.int64))
        return corpus.reviews.map_ids(vocabulary.ids_of(corpus.lexicon))

    @classmethod
    def load(cls, folder: Path) -> "Tokenizer":
        """The tokenizer that `data/processed` or `data/plain` was made with.

        Raises:
            ReelvecError: `vocab.tsv` or `preprocess.json` is not there or damaged.
        """
        return cls(load_steps(folder), Vocabulary.load(folder / "vocab.tsv").tokens)

    def limited(self, words: int) -> "Tokenizer":
        """The same with only the first `words` ids."""
        return Tokenizer(self.preprocess, self.vocabulary[:words])

    def as_json(self) -> dict[str, Any]:
        """What `from_json` takes."""
        return {"preprocess": self.preprocess.model_dump(), "vocabulary": self.vocabulary}

    @classmethod
    def from_json(cls, config: dict[str, Any]) -> "Tokenizer":
        """Read `as_json` back; other keys may be among them.

        Raises:
            KeyError, ValueError: a key is missing or has a value of another kind.
        """
        return cls(_steps(config["preprocess"]), config["vocabulary"])


def load_steps(folder: Path) -> PreprocessParams:
    """How the tokens in a folder were made.

    Raises:
        ReelvecError: `preprocess.json` is not there or damaged.
    """
    try:
        return _steps(read_json(folder / STEPS))
    except (FileNotFoundError, ValueError) as error:
        raise ReelvecError(f"{folder / STEPS}: {error}; run `dvc repro` to make it again") from None


def _steps(values: dict[str, Any]) -> PreprocessParams:
    # Strict validation takes no lists for tuples.
    return PreprocessParams.model_validate(
        {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    )
