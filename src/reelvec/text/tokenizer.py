"""From raw text to vocabulary ids, as the reviews that a model was trained on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import run_again
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.text.columns import tokenize
from reelvec.text.ragged import Ragged
from reelvec.text.single import SingleTexts
from reelvec.text.vocabulary import Vocabulary, ids_of, index_of

PREPROCESS_FILE = "preprocess.json"
"""The file beside tokens that says how they were made."""

FEW_TEXTS = 32
"""So many are encoded sooner one by one than as a column."""


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """Preprocessing and a vocabulary.

    Attributes:
        preprocess: how text becomes tokens.
        vocabulary: the token of each id, padding and unknown first.
    """

    preprocess: PreprocessParams
    vocabulary: list[str]
    _single: SingleTexts = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index = index_of(self.vocabulary)
        object.__setattr__(self, "_single", SingleTexts(self.preprocess, index))

    def __reduce__(self) -> tuple[type["Tokenizer"], tuple[PreprocessParams, list[str]]]:
        # What `_single` holds cannot be pickled, and is soon made again.
        return Tokenizer, (self.preprocess, self.vocabulary)

    def encode(self, texts: Sequence[str]) -> Ragged:
        """Ids of each text, (texts,) rows; words outside the vocabulary are unknown."""
        if len(texts) <= FEW_TEXTS:
            return self._single.encode(texts)
        corpus = tokenize(pa.array(list(texts), pa.string()), self.preprocess)
        return corpus.reviews.map_ids(ids_of(corpus.lexicon, self._single.index))

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
        return cls(preprocess_of(config["preprocess"]), config["vocabulary"])


def preprocess_of(values: Mapping[str, Any]) -> PreprocessParams:
    """How tokens were made, from parsed JSON.

    Raises:
        ValueError: a key or a value is not allowed.
    """
    # By way of JSON: strict validation takes its arrays for tuples, and no list for one.
    return PreprocessParams.model_validate_json(json.dumps(dict(values)))


def load_steps(folder: Path) -> PreprocessParams:
    """How the tokens in a folder were made.

    Raises:
        ReelvecError: `preprocess.json` is not there or damaged.
    """
    path = folder / PREPROCESS_FILE
    try:
        return PreprocessParams.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValueError) as error:
        raise ReelvecError(f"{path}: {error}; {run_again()}") from None
