"""Dividing the reviews into train, valid, test and unsup, and what each part's words are."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from itertools import islice
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import write_json
from reelvec.text.columns import Corpus
from reelvec.text.dataset import Dataset, save_part
from reelvec.text.encoding import save_encoded
from reelvec.text.ragged import LARGEST_INT32
from reelvec.text.tokenizer import PREPROCESS_FILE
from reelvec.text.vocabulary import Vocabulary, counts_of, coverage

if TYPE_CHECKING:
    from reelvec.base.schema.preprocess import PreprocessParams
    from reelvec.base.schema.vocabulary import VocabularyParams

RowsOfParts = dict[str, NDArray[np.integer]]
"""Row numbers of each part, int32 where they fit."""

MOST_FOLDS = 20
"""Into how many parts films may be divided, for validation to take some of them: the fewer, the
better their labels are balanced."""

Column = Callable[[str], pa.ChunkedArray]
"""Gives the column of a name."""

DESCRIBED = ("train", "valid", "unsup")
"""The parts whose words are described: the test reviews are looked at by `evaluate` alone."""


def split_reviews(table: pa.Table, params: "VocabularyParams") -> RowsOfParts:
    """Row numbers of the four parts; valid is taken from the official training reviews.

    No film has reviews in both train and valid: reviews of one film are alike, and a model that
    knows the film would be judged too well. The rows of a part are in random order, so that the
    first ones of them are a fair draw.

    Args:
        table: columns `split`, `label` and `film`, one row a review.
        params: `validation_fraction` and `seed`.

    Raises:
        ReelvecError: a training or test review has no label, or there are none.
    """
    return _split(table.column, params)


def split_file(path: Path, params: "VocabularyParams") -> RowsOfParts:
    """The same for a Parquet file, of which one column is in memory at a time."""
    return _split(partial(_column, path), params)


def _split(column: Column, params: "VocabularyParams") -> RowsOfParts:
    labelled, split = column("label").is_valid().to_numpy(), column("split")
    rows = {name: _rows_of(split, name) for name in ("train", "test", "unsup")}
    del split
    for name in ("train", "test"):
        without = rows[name][~labelled[rows[name]]]
        if len(without) or not len(rows[name]):
            what = f"{len(without):,} reviews without a label" if len(without) else "no reviews"
            raise ReelvecError(f"data/raw/imdb.parquet: the {name} split has {what}")
    official = rows.pop("train")
    labels, films = (_values(column(name), official) for name in ("label", "film"))
    training, validation = split_by_film(labels, films, params.validation_fraction, params.seed)
    del labels, films
    parts = {"train": official[training], "valid": official[validation], **rows}
    generator = np.random.default_rng(params.seed)
    for part in parts.values():
        generator.shuffle(part)
    return parts


def _rows_of(split: pa.ChunkedArray, name: str) -> NDArray[np.integer]:
    """Where a name stands in a column, chunk by chunk: to compare takes more than the answer."""
    kind = np.int32 if len(split) <= LARGEST_INT32 else np.int64
    rows, start = [np.zeros(0, kind)], 0
    for chunk in split.chunks:
        rows.append((start + np.flatnonzero(pc.equal(chunk, name))).astype(kind))
        start += len(chunk)
    return np.concatenate(rows)


def split_by_film(
    labels: NDArray[np.int8], films: NDArray[np.int32], fraction: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Divide reviews into training and validation, so that no film has reviews in both.

    Args:
        labels: int8 (reviews,).
        films: int32 (reviews,); a review whose film is not known (-1) is by itself.
        fraction: share of the reviews that goes to validation; the nearest that has a denominator
            of 20 or less.
        seed: of the shuffle.

    Returns:
        positions of the training and of the validation reviews, each rising; both with nearly the
        same share of positives.

    Raises:
        ReelvecError: there are too few reviews, or films, to be divided.
    """
    if (films < 0).all():
        return stratified_split(labels, fraction, seed)
    from sklearn.model_selection import StratifiedGroupKFold

    unknown = films < 0
    groups = np.where(unknown, -1 - np.arange(len(films)), films)
    films_of_rarer_label = min(len(np.unique(groups[labels == label])) for label in (0, 1))
    share = Fraction(fraction).limit_denominator(MOST_FOLDS)
    if share in (0, 1) or share.denominator > films_of_rarer_label:
        raise ReelvecError(
            f"the reviews of one label are of {films_of_rarer_label} films: too few to be divided "
            f"with vocabulary.validation_fraction {fraction}, which takes {share.numerator} of "
            f"{share.denominator} parts, or less than 1 of {MOST_FOLDS}"
        )
    splitter = StratifiedGroupKFold(share.denominator, shuffle=True, random_state=seed)
    parts = islice(splitter.split(groups, labels, groups), share.numerator)
    validation = np.sort(np.concatenate([held_out for _, held_out in parts]))
    return np.setdiff1d(np.arange(len(labels)), validation), validation


def stratified_split(
    labels: NDArray[np.int8], fraction: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Divide reviews into training and validation, both with the same share of positives.

    Args:
        labels: int8 (reviews,).
        fraction: share of the reviews that goes to validation.
        seed: of the shuffle.

    Returns:
        positions of the training and of the validation reviews, each rising.

    Raises:
        ReelvecError: a class has too few reviews to be divided.
    """
    counts, held_out = np.bincount(labels), ceil(fraction * len(labels))
    classes = int(np.count_nonzero(counts))
    if max(1, classes) > min(held_out, len(labels) - held_out) or 1 in counts:
        raise ReelvecError(
            f"{len(labels)} labelled training reviews cannot be divided with "
            f"vocabulary.validation_fraction {fraction}: {held_out} are to be held out, and of "
            f"the labels there are {counts.tolist()}; each is needed on both sides"
        )
    # What scikit-learn's `train_test_split` does, which holds each row as an object of Python.
    lots = np.random.RandomState(seed)
    learned = _shares(counts, len(labels) - held_out, lots)
    _shares(counts - learned, held_out, lots)
    training = np.zeros(len(labels), bool)
    for label, count in enumerate(counts):
        drawn = np.zeros(count, bool)
        drawn[lots.permutation(count)[: learned[label]]] = True
        training[labels == label] = drawn
    return np.flatnonzero(training), np.flatnonzero(~training)


def _shares(
    counts: NDArray[np.integer], drawn: int, lots: np.random.RandomState
) -> NDArray[np.int64]:
    """How many of each label are among so many in all: the nearest, and between equals by lot."""
    exact = counts / counts.sum() * drawn
    shares: NDArray[np.int64] = exact.astype(np.int64)
    missing = int(drawn - shares.sum())
    remainders = exact - shares
    for remainder in np.unique(remainders)[::-1]:
        if missing:
            equals = np.flatnonzero(remainders == remainder)
            more = lots.choice(equals, min(missing, len(equals)), replace=False)
            shares[more] += 1
            missing -= len(more)
    return shares


def encode_parts(
    corpus: Corpus, table: pa.Table, rows_of_part: RowsOfParts, vocabulary: Vocabulary
) -> dict[str, Dataset]:
    """Each part as vocabulary ids, with labels where there are any."""
    encoded = corpus.reviews.map_ids(vocabulary.ids_of(corpus.lexicon))
    parts = {}
    for name, rows in rows_of_part.items():
        facts = dict(_facts(name, table.column, rows))
        parts[name] = Dataset(
            encoded.take(rows), facts.get("labels"), facts["review_ids"], facts["films"]
        )
    return parts


def write_parts(
    folder: Path,
    corpus: Corpus,
    facts: Path,
    rows_of_part: RowsOfParts,
    vocabulary: Vocabulary,
    preprocess: "PreprocessParams",
) -> None:
    """Write `vocab.tsv`, `preprocess.json` and a folder for each part, a block at a time.

    Args:
        folder: where to.
        corpus: all reviews as tokens, in a file.
        facts: a Parquet file with columns `label`, `review_id` and `film`, one row a review.
        rows_of_part: row numbers of each part.
        vocabulary: the words that have ids.
        preprocess: how the tokens were made.

    Raises:
        ReelvecError: as for `map_blocks`.
    """
    vocabulary.save(folder / "vocab.tsv")
    write_json(folder / PREPROCESS_FILE, preprocess.model_dump())
    ids = vocabulary.ids_of(corpus.lexicon)
    for name, rows in rows_of_part.items():
        write = partial(save_encoded, corpus.reviews, rows, ids)
        save_part(folder / name, write, _facts(name, partial(_column, facts), rows))


def coverage_of_parts(
    corpus: Corpus, rows_of_part: RowsOfParts, vocabulary: Vocabulary, pretrained: list[str]
) -> dict[str, Any]:
    """How much of each part's text the vocabulary and GloVe know.

    Args:
        corpus: all reviews as tokens.
        rows_of_part: row numbers of each part.
        vocabulary: the words that have ids.
        pretrained: the words that have GloVe vectors.

    Returns:
        `words`, `words_in_glove` (of the vocabulary), and for each part but the test reviews
        the shares of tokens and of types that each knows.
    """
    words, glove = set(vocabulary.tokens[2:]), set(pretrained)
    size = len(corpus.lexicon)
    in_words = np.fromiter((token in words for token in corpus.lexicon), bool, size)
    in_glove = np.fromiter((token in glove for token in corpus.lexicon), bool, size)
    result: dict[str, Any] = {"words": len(words), "words_in_glove": len(words & glove)}
    for name in DESCRIBED:
        counts = counts_of(corpus.reviews, rows_of_part[name], size)
        result[name] = {
            f"{knower}_{kind}": share
            for knower, known in (("vocabulary", in_words), ("glove", in_glove))
            for kind, share in coverage(counts, known).items()
        }
    return result


def _facts(
    name: str, column: Column, rows: NDArray[np.integer]
) -> Iterator[tuple[str, NDArray[Any]]]:
    """What `Dataset` holds beside the reviews of a part, one by one."""
    for fact in ("label", "review_id", "film"):
        if fact != "label" or name != "unsup":
            yield f"{fact}s", _values(column(fact), rows)


def _column(path: Path, name: str) -> pa.ChunkedArray:
    """A column of a Parquet file, read without what makes it fast and large."""
    return pq.read_table(
        path, columns=[name], read_dictionary=["split"], use_threads=False, pre_buffer=False
    )[name]


def _values(column: pa.ChunkedArray, rows: NDArray[np.integer]) -> NDArray[Any]:
    """Numbers of some rows, (rows,) of the column's kind; -1 where it has none."""
    kind, done = column.type.to_pandas_dtype(), 0
    known = column.null_count < len(column)
    values, chunks = np.empty(len(column), kind), column.chunks[::-1] if known else []
    del column
    while chunks:  # none is held once its numbers are here
        chunk = chunks.pop()
        values[done : done + len(chunk)] = chunk.fill_null(-1)
        done += len(chunk)
    pa.default_memory_pool().release_unused()
    # Where no film is known, one number stands for all.
    return values[rows] if known else np.broadcast_to(kind(-1), len(rows))
