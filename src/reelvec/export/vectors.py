"""Vectors for other programs: the Embedding Projector and whatever reads word2vec files."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import replacing
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import Vocabulary, document_counts

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

PROJECTOR_POINTS = 100_000
"""The Embedding Projector shows no more."""

PROJECTOR_CONFIG = "projector_config.pbtxt"
VECTORS = "vectors.tsv"
METADATA = "metadata.tsv"
WORD2VEC = "vectors.word2vec"
"""Ends in `.txt` or `.bin`."""

SPACE = re.compile(r"[ \t\n\r\f\v]")
BREAKS = str.maketrans("\t\n\r", "___")
ROWS_AT_ONCE = 20_000
THREADS = 2
POSITIVE = 1

Columns = Mapping[str, Sequence[object]]


def export_spaces(
    folder: Path,
    spaces: Mapping[str, "KeyedVectors"],
    glove: tuple[Sequence[str], NDArray[np.float32]] | None,
    vocabulary: Vocabulary,
    training: Dataset,
) -> None:
    """Write a folder for each space, GloVe in word2vec format, and the projector's configuration.

    Args:
        folder: replaced as a whole, so that no file of an earlier run stays behind.
        spaces: the variants' spaces by name, words by falling frequency.
        glove: GloVe's words and vectors, or None to leave them out.
        vocabulary: says how often each word occurs.
        training: the reviews that the vocabulary was counted in, with their labels.
    """
    columns = word_columns(vocabulary, training)
    with replacing(folder) as temporary:
        for name, space in spaces.items():
            words, vectors = space.index_to_key, space.vectors
            (temporary / name).mkdir(parents=True)
            write_projector(temporary / name, words, vectors, _of_words(columns, words))
            write_word2vec(temporary / name / WORD2VEC, words, vectors)
        if glove is not None:
            (temporary / "glove").mkdir(parents=True)
            write_word2vec(temporary / "glove" / WORD2VEC, *glove)
        config = projector_config(list(spaces))
        (temporary / PROJECTOR_CONFIG).write_text(config, encoding="utf-8", newline="\n")


def word_columns(vocabulary: Vocabulary, training: Dataset) -> dict[str, dict[str, object]]:
    """What the projector shows beside a word: its count, and whose reviews it stands in.

    Returns:
        for each column, the value of each word: `count` in the training reviews, `reviews` that
        hold the word, and `positive_share` of those, in text with three decimals.
    """
    positive = np.flatnonzero(training.targets == POSITIVE)
    counts = document_counts(training.reviews, len(vocabulary), positive)
    share = counts / np.maximum(vocabulary.document_counts, 1)
    columns = {
        "count": vocabulary.counts.tolist(),
        "reviews": vocabulary.document_counts.tolist(),
        "positive_share": [f"{value:.3f}" for value in share.tolist()],
    }
    return {
        name: dict(zip(vocabulary.tokens, values, strict=True)) for name, values in columns.items()
    }


def write_projector(
    folder: Path, words: Sequence[str], vectors: NDArray[np.float32], columns: Columns
) -> None:
    """Write `vectors.tsv` and `metadata.tsv` of the first 100,000 words into an existing folder.

    Args:
        folder: where to.
        words: by falling frequency.
        vectors: float32 (words, dimension).
        columns: more metadata than the word, by the column's name, one value a word. Without
            any there is no header, because the projector takes line 1 for a header only when
            it holds a tab.
    """
    words, vectors = words[:PROJECTOR_POINTS], vectors[:PROJECTOR_POINTS]
    with (folder / VECTORS).open("wb") as stream:
        for block in _blocks(len(words), lambda rows: _joined_lines(vectors[rows], "\t")):
            stream.write(block)
    cells = [map(_label, words), *(values[:PROJECTOR_POINTS] for values in columns.values())]
    lines = ["\t".join(map(str, row)) for row in zip(*cells, strict=True)]
    header = ["\t".join(["word", *columns])] if columns else []
    text = "".join(f"{line}\n" for line in [*header, *lines])
    (folder / METADATA).write_text(text, encoding="utf-8", newline="\n")


def projector_config(names: Sequence[str]) -> str:
    """What `tensorboard --logdir` reads: each name, a variant's, is a folder beside the file."""
    return "".join(
        f'embeddings {{\n  tensor_name: "{name}"\n  tensor_path: "{name}/{VECTORS}"\n'
        f'  metadata_path: "{name}/{METADATA}"\n}}\n'
        for name in names
    )


def write_word2vec(stem: Path, words: Sequence[str], vectors: NDArray[np.float32]) -> None:
    """Write word2vec's text format to `stem`.txt and its binary format to `stem`.bin.

    Both give the same float32 numbers back: the text has the shortest digits that do. The
    format ends a word at a space, so white space in a word becomes `_`, and more `_` follow
    when that is a word already.

    Args:
        stem: the path without its ending.
        words: distinct words.
        vectors: float32 (words, dimension).

    Raises:
        ReelvecError: words and vectors differ in number.
    """
    if len(words) != len(vectors):
        raise ReelvecError(f"{stem}: {len(words):,} words but {len(vectors):,} vectors")
    names = pa.array(without_spaces(words), pa.string())
    header = f"{len(words)} {vectors.shape[1]}\n".encode()

    def text(rows: slice) -> memoryview:
        return _joined_lines(vectors[rows], " ", names[rows])

    def binary(rows: slice) -> memoryview:
        return _bytes_of(
            pc.binary_join_element_wise(names[rows].cast(pa.binary()), _raw(vectors[rows]), b" ")
        )

    for ending, block_of in ((".txt", text), (".bin", binary)):
        with stem.with_name(stem.name + ending).open("wb") as stream:
            stream.write(header)
            for block in _blocks(len(words), block_of):
                stream.write(block)


def without_spaces(words: Sequence[str]) -> list[str]:
    """The words with ASCII white space replaced by `_`, still all different."""
    if not SPACE.search("".join(words)):
        return list(words)
    taken = set(words)
    names = []
    for word in words:
        name = SPACE.sub("_", word)
        while name != word and name in taken:
            name += "_"
        taken.add(name)
        names.append(name)
    return names


def _label(word: str) -> str:
    """A word as one cell of a table: no tab, no line break, never blank.

    The projector passes over blank lines, which would move every later word to its neighbour.
    """
    return word.translate(BREAKS) if word.strip() else "_" * max(1, len(word))


def _of_words(columns: Mapping[str, Mapping[str, object]], words: Sequence[str]) -> Columns:
    return {name: [values[word] for word in words] for name, values in columns.items()}


def _blocks(count: int, block_of: Callable[[slice], memoryview]) -> Iterator[memoryview]:
    """The bytes of each block of rows in turn, a few made ahead of being written."""
    slices = [slice(start, start + ROWS_AT_ONCE) for start in range(0, count, ROWS_AT_ONCE)]
    with ThreadPoolExecutor(THREADS) as pool:
        for start in range(0, len(slices), THREADS):
            yield from pool.map(block_of, slices[start : start + THREADS])


def _joined_lines(
    vectors: NDArray[np.float32], separator: str, words: pa.StringArray | None = None
) -> memoryview:
    """One line a vector, the word in front when there is one."""
    numbers = pa.array(np.ascontiguousarray(vectors).ravel()).cast(pa.string())
    offsets = np.arange(len(vectors) + 1, dtype=np.int32) * vectors.shape[1]
    lines = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), numbers), separator)
    if words is not None:
        lines = pc.binary_join_element_wise(words, lines, separator)
    return _bytes_of(pc.binary_join_element_wise(lines, "", "\n"))


def _raw(vectors: NDArray[np.float32]) -> pa.BinaryArray:
    """Each vector's bytes, little end first."""
    data = np.ascontiguousarray(vectors, "<f4")
    width = pa.binary(data.shape[1] * data.itemsize)
    fixed = pa.FixedSizeBinaryArray.from_buffers(width, len(data), [None, pa.py_buffer(data)])
    return fixed.cast(pa.binary())


def _bytes_of(array: pa.StringArray | pa.BinaryArray) -> memoryview:
    """All values end to end, without a copy."""
    _, offsets, data = array.buffers()
    ends = np.frombuffer(offsets, np.int32)[array.offset : array.offset + len(array) + 1]
    return memoryview(data)[ends[0] : ends[-1]]
