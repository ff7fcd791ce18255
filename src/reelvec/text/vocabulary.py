"""Which tokens get an id, and how often each occurs: `vocab.tsv`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import run_again
from reelvec.base.project.files import write_text
from reelvec.text.ragged import Ragged

if TYPE_CHECKING:
    from reelvec.base.schema.vocabulary import VocabularyParams

PADDING = 0
UNKNOWN = 1
RESERVED = ("<pad>", "<unk>")
HEADER = "id\ttoken\tcount\tdocument_count"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Tokens by id: padding, unknown, then the words of the training part by falling count.

    Attributes:
        tokens: the token of each id.
        counts: int64 (tokens,), occurrences in the training part.
        document_counts: int64 (tokens,), training reviews that hold the token.
    """

    tokens: list[str]
    counts: NDArray[np.int64]
    document_counts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.tokens)

    def ids_of(self, lexicon: list[str]) -> NDArray[np.int32]:
        """The id of each token of a lexicon, UNKNOWN for those outside; int32 (lexicon,)."""
        return ids_of(lexicon, index_of(self.tokens))

    def save(self, path: Path) -> None:
        """Write a table with a header, one token a line."""
        rows = zip(self.tokens, self.counts.tolist(), self.document_counts.tolist(), strict=True)
        lines = [
            f"{id_}\t{token}\t{count}\t{documents}"
            for id_, (token, count, documents) in enumerate(rows)
        ]
        write_text(path, "\n".join([HEADER, *lines]) + "\n")

    @classmethod
    def load(cls, path: Path) -> "Vocabulary":
        """Read what `save` wrote.

        Raises:
            ReelvecError: a line is not `id, token, count, document_count`, or ids have a gap.
        """
        header, *lines = path.read_text(encoding="utf-8").split("\n")[:-1] or [""]
        if header != HEADER:
            raise ReelvecError(f"{path}, line 1: expected the header {HEADER.split()}")
        rows = [line.split("\t") for line in lines]
        for number, row in enumerate(rows):
            if len(row) != 4 or row[0] != str(number) or not (row[2] + row[3]).isdecimal():
                raise ReelvecError(
                    f"{path}, line {number + 2}: expected id {number}, a token and two counts; "
                    f"{run_again()}"
                )
        return cls(
            [row[1] for row in rows],
            np.array([int(row[2]) for row in rows], np.int64),
            np.array([int(row[3]) for row in rows], np.int64),
        )


def build_vocabulary(
    lexicon: list[str],
    reviews: Ragged,
    params: "VocabularyParams",
    training: NDArray[np.integer] | None = None,
) -> Vocabulary:
    """Give ids to the most frequent tokens of the training part.

    Args:
        lexicon: the distinct tokens that the ids of `reviews` point to.
        reviews: the reviews of the training part, among others.
        params: `max_size` words at most, each at least `min_count` times.
        training: the rows of the training part; None takes all.

    Returns:
        padding and unknown, then words by falling count; equal counts in the order of UTF-8.

    Raises:
        ReelvecError: no word is frequent enough.
    """
    rows = None if training is None else np.sort(training)
    size = len(lexicon)
    counts, documents = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for block in reviews.blocks(rows):
        counts += np.bincount(block.ids, minlength=size)
        documents += document_counts(block, size)
    frequent = np.flatnonzero(counts >= params.min_count)
    # By code point, which is the order of UTF-8 bytes: no locale has a say.
    ranked = sorted(frequent.tolist(), key=lambda id_: (-counts[id_], lexicon[id_]))
    kept = ranked[: params.max_size]
    if not kept:
        number = len(reviews) if rows is None else len(rows)
        raise ReelvecError(
            f"the vocabulary is empty: no token occurs {params.min_count} times in "
            f"{number:,} training reviews; lower vocabulary.min_count, or drop fewer "
            "words under preprocess"
        )
    unknown = int(counts.sum() - counts[kept].sum())
    outside = np.ones(size, bool)
    outside[kept] = False
    unknown_documents = sum(
        len(np.unique(block.row_of_each_id()[outside[block.ids]])) for block in reviews.blocks(rows)
    )
    return Vocabulary(
        [*RESERVED, *(lexicon[id_] for id_ in kept)],
        np.concatenate([[0, unknown], counts[kept]]),
        np.concatenate([[0, unknown_documents], documents[kept]]),
    )


def index_of(tokens: Sequence[str]) -> dict[str, int]:
    """The id of each word, padding and unknown left out."""
    return {token: id_ for id_, token in enumerate(tokens) if id_ > UNKNOWN}


def ids_of(lexicon: Sequence[str], index: Mapping[str, int]) -> NDArray[np.int32]:
    """The id of each token of a lexicon, UNKNOWN for those outside; int32 (lexicon,)."""
    return np.fromiter(
        (index.get(token, UNKNOWN) for token in lexicon), np.int32, count=len(lexicon)
    )


def limit_ids(reviews: Ragged, size: int) -> Ragged:
    """Reviews as a vocabulary of only the first `size` ids sees them: the others are unknown."""
    return Ragged(np.where(reviews.ids < size, reviews.ids, np.int32(UNKNOWN)), reviews.offsets)


def counts_of(reviews: Ragged, rows: NDArray[np.integer] | None, size: int) -> NDArray[np.int64]:
    """How often each id occurs in these rows, or in all: int64 (size,)."""
    counts = np.zeros(size, np.int64)
    for block in reviews.blocks(None if rows is None else np.sort(rows)):
        counts += np.bincount(block.ids, minlength=size)
    return counts


def document_counts(
    reviews: Ragged, size: int, rows: NDArray[np.integer] | None = None
) -> NDArray[np.int64]:
    """In how many reviews, all or those of some rows, each id occurs: int64 (size,)."""
    counts = np.zeros(size, np.int64)
    for block in reviews.blocks(rows):
        counts += np.bincount(block.distinct(size).ids, minlength=size)
    return counts


def coverage(counts: NDArray[np.int64], known: NDArray[np.bool_]) -> dict[str, float]:
    """Share of the tokens and of the distinct tokens (types) that are known.

    Args:
        counts: how often each type occurs in some text, (types,).
        known: whether each type is known, (types,).

    Returns:
        `tokens` and `types`, each between 0 and 1; 0 for a text without tokens.
    """
    present = counts > 0
    tokens, types = int(counts.sum()), int(present.sum())
    return {
        "tokens": float(counts[known].sum() / tokens) if tokens else 0.0,
        "types": float((present & known).sum() / types) if types else 0.0,
    }
