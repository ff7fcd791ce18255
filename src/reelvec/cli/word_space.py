"""Questions to one embedding space at the keyboard: numpy alone, so that answers come at once.

The answers are those of gensim's `most_similar` on `keyed_vectors.load_space`, whose import alone
takes longer than a person likes to wait.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import run_again
from reelvec.base.project.files import read_json
from reelvec.base.project.paths import PROCESSED
from reelvec.base.project.section import GLOVE
from reelvec.evaluation.results import Results
from reelvec.models.word_vectors import vectors_of_space, words_with_vectors
from reelvec.spaces.answers import Neighbor

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class WordSpace:
    """Words and their vectors; `of` makes one.

    Attributes:
        name: of the space.
        words: distinct, the most frequent first.
        vectors: float32 (words, dimension), often memory-mapped.
        norms: the vectors' lengths, float32 (words,), none of them 0.
        steps: how the reviews became these words (`PreprocessParams`); None for published vectors.
    """

    name: str
    words: Sequence[str]
    vectors: Floats = field(repr=False)
    norms: Floats = field(repr=False)
    steps: Mapping[str, Any] | None = field(default=None, repr=False)

    @classmethod
    def of(
        cls, name: str, words: list[str], vectors: Floats, steps: Mapping[str, Any] | None = None
    ) -> "WordSpace":
        """A space of the words that have a vector: a row of zeros is none.

        Raises:
            ReelvecError: a vector is not finite.
        """
        return cls(name, *words_with_vectors(words, vectors, name), steps)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {word: row for row, word in enumerate(self.words)}

    def find(self, word: str) -> str | None:
        """The form in which a word is in the space; None where it is not.

        That is the word as written, in lower case, or as the reviews' preprocessing leaves it.
        """
        for form in (word, word.lower()):
            if form in self._rows:
                return form
        form = "" if self.steps is None else _as_in_reviews(word, self.steps)
        return form if form in self._rows else None

    def require(self, word: str) -> str:
        """The same.

        Raises:
            ReelvecError: the word is not there; with the closest spellings.
        """
        form = self.find(word)
        if form is None:
            raise unknown_word(word, [self])
        return form

    def neighbors(self, word: str, most: int, restrict: int | None = None) -> list[Neighbor]:
        """The words with the largest cosines to a word of the space.

        Args:
            word: a form that `find` gave.
            most: how many to return.
            restrict: look only among so many of the most frequent words.
        """
        return self.solve([(1, word)], most, restrict)

    def solve(
        self, terms: Sequence[tuple[int, str]], most: int, restrict: int | None = None
    ) -> list[Neighbor]:
        """The words nearest to a sum of unit vectors, the terms themselves left out.

        Args:
            terms: 1 or -1, and a form that `find` gave.
            most: how many to return.
            restrict: look only among so many of the most frequent words.
        """
        asked = [self._rows[word] for _, word in terms]
        signs = np.array([sign for sign, _ in terms], np.float32)
        target = signs @ (self.vectors[asked] / self.norms[asked, None])  # (D,)
        cosines = self._cosines(target, restrict)
        cosines[[row for row in asked if row < len(cosines)]] = -np.inf
        best = np.argpartition(-cosines, min(most, len(cosines) - 1))[:most]
        best = best[np.argsort(-cosines[best], kind="stable")]
        found = best[np.isfinite(cosines[best])].tolist()
        return [(self.words[row], float(cosines[row])) for row in found]

    def cosine(self, first: str, second: str) -> float:
        """Of two words' vectors."""
        return float(self._cosines(self.vectors[self._rows[first]])[self._rows[second]])

    def rank(self, first: str, second: str) -> int:
        """1 where no other word is nearer to the first than the second is."""
        cosines = self._cosines(self.vectors[self._rows[first]])
        nearer = cosines > cosines[self._rows[second]]
        nearer[self._rows[first]] = False
        return int(nearer.sum()) + 1

    def _cosines(self, target: Floats, restrict: int | None = None) -> Floats:
        """With each of the first words, float32 (words,)."""
        length = np.linalg.norm(target)
        dots = self.vectors[:restrict] @ (target / (length or 1))
        cosines: Floats = dots / self.norms[:restrict]
        return cosines


def load_word_space(trained: Results, name: str) -> WordSpace:
    """Read a space of `Results.spaces`.

    Raises:
        ReelvecError: its files are damaged.
    """
    found = vectors_of_space(name, trained.project)
    return WordSpace.of(name, found.words, found.vectors, _steps(trained, name))


def unknown_word(word: str, spaces: Sequence[WordSpace]) -> ReelvecError:
    """What to say of a word that none of some spaces knows."""
    where = " or ".join(f"the {len(space.words):,} words of {space.name}" for space in spaces)
    close = closest_spellings(word.lower(), spaces[0].words)
    hint = f"did you mean {', '.join(close)}?" if close else "no word is spelt like it"
    return ReelvecError(f"{word!r} is not among {where}; {hint}")


def _steps(trained: Results, name: str) -> dict[str, Any] | None:
    """How the reviews that a space was trained on were preprocessed."""
    if name == GLOVE:
        return None
    if name in trained.variants:
        return trained.config(name).get("preprocess")
    path = trained.project / PROCESSED / "preprocess.json"
    try:
        steps: dict[str, Any] = read_json(path)
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise ReelvecError(f"{path}: {error}; {run_again()}") from None
    return steps


def _as_in_reviews(word: str, steps: Mapping[str, Any]) -> str:
    """What the steps make of a word; nothing where that is not one token."""
    import pyarrow as pa

    from reelvec.text.columns import tokenize
    from reelvec.text.tokenizer import preprocess_of

    params = preprocess_of(steps)
    # The stopwords are in no vocabulary anyway, and gensim takes a second to import for its list.
    params = params.model_copy(update={"stopwords": "none"})
    tokens = tokenize(pa.array([word], pa.string()), params).lexicon
    return tokens[0] if len(tokens) == 1 else ""


def closest_spellings(word: str, words: Sequence[str], most: int = 5) -> list[str]:
    """The words that differ from a word by the fewest typing errors.

    An error is a letter too many, too few, another one, or two neighbours swapped. A word of up
    to 4 letters may have one, of up to 8 two, a longer one three.

    Args:
        word: what was written.
        words: those that are known; of equally close ones the earlier comes first.
        most: how many to return.
    """
    if not word:
        return []
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    allowed = 1 + (len(word) > 4) + (len(word) > 8)
    found = process.extract(word, words, scorer=OSA.distance, score_cutoff=allowed, limit=most)
    return [close for close, _, _ in found]
