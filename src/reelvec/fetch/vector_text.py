"""Reading word vectors from text: a word and its numbers on each line.

GloVe and word2vec write this format; word2vec puts the number of words and of dimensions on a
line of its own before them. Blocks of whole lines go through Arrow's CSV reader. A block that it
refuses is taken line by line, which either finds the irregularity harmless (a word that holds
spaces, tabs between columns, a blank line) or names the line that is wrong.
"""

import gzip
import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray
from tqdm import tqdm

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import get_again, shortened
from reelvec.fetch.unpacked import Readable

BLOCK = 1 << 20
"""Bytes of text parsed at once."""

LONGEST_LINE = 1 << 20
"""Bytes after which a file without line ends is taken for something other than text."""

SEPARATOR = re.compile(rb"[ \t]+")
NUMBER = re.compile(rb"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
HEADER = re.compile(rb"\s*([0-9]{1,15})\s+([0-9]{1,15})\s*")
NOT_FINITE = re.compile(rb"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
LARGEST = float(np.finfo(np.float32).max)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BROKEN_ARCHIVE = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class VectorText:
    """What a file of vectors says.

    Attributes:
        words: distinct words in file order.
        vectors: float32 (words, dimension).
        duplicates: lines left out because their word had come before.
        content_sha256: SHA-256 of the lines read, each ended by a line feed; neither a header
            nor a byte order mark counts.
    """

    words: list[str]
    vectors: NDArray[np.float32]
    duplicates: int
    content_sha256: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a block of lines stands, for messages.

    Attributes:
        name: the file.
        line: number of the first line, from 1.
        dimension: the dimension wanted.
        first: whether no word has come before.
        ended: whether the last line had its line feed.
    """

    name: str
    line: int
    dimension: int
    first: bool = True
    ended: bool = True

    def problem(self, offset: int, text: str) -> ReelvecError:
        return ReelvecError(f"{self.name}, line {self.line + offset}: {text}")

    def wrong_columns(self, offset: int, found: int, cut_off: bool) -> ReelvecError:
        advice = (
            f"the file seems cut off; {get_again()}"
            if cut_off
            else "the line is damaged; get the file again"
        )
        return self.problem(offset, f"{found} columns, expected {self.dimension + 1}: {advice}")

    def wrong_dimension(self, found: int) -> ReelvecError:
        return self.problem(
            0,
            f"the vectors have {found} dimensions, but glove.dimension in params.yaml is "
            f"{self.dimension}; set it to {found}, or glove.source to another file",
        )


def read_vectors(
    stream: Readable, name: str, dimension: int, max_words: int | None = None
) -> VectorText:
    """Read word vectors, without reading further than needed.

    A word may hold spaces, if nothing after the first of them is a number: that is what a line
    with too many columns looks like. A last line without a line feed counts if it is complete.
    With one dimension, a first line `N 1` is taken for a header.

    Args:
        stream: the text, decompressed.
        name: what messages call the file.
        dimension: numbers that follow each word.
        max_words: read this many lines after the header; None reads all.

    Returns:
        the words, the vectors, and the hash of the lines read.

    Raises:
        ReelvecError: with file and line: a wrong number of columns, a value that is no finite
            number, a word that is empty or not UTF-8, another dimension; or the file is empty,
            broken, or shorter than its header says.
    """
    place = _Place(name, 1, dimension)
    digest = hashlib.sha256()
    promised: int | None = None
    words: list[str] = []
    vectors: list[NDArray[np.float32]] = []
    lines = 0
    with tqdm(desc=name, total=max_words, unit=" words", leave=False, disable=None) as bar:
        for block in _blocks(stream, place):
            if place.line == 1:
                block, promised = _without_header(block, place)
                place = replace(place, line=1 if promised is None else 2)
            if not block:
                continue
            ended = block.endswith(b"\n")
            block = _first_lines(block if ended else block + b"\n", max_words, lines)
            digest.update(block)
            block_words, block_vectors = _parse(block, replace(place, ended=ended))
            words += block_words
            vectors.append(block_vectors)
            count = block.count(b"\n")
            lines += count
            place = replace(place, line=place.line + count, first=place.first and not words)
            bar.update(count)
            if lines == max_words:
                break
    _check_complete(words, promised, lines == max_words, place)
    return _without_duplicates(words, np.concatenate(vectors), digest.hexdigest())


def _blocks(stream: Readable, place: _Place) -> Iterator[bytes]:
    """Blocks of whole lines; only the last one may lack its line feed."""
    rest = b""
    try:
        while chunk := stream.read(BLOCK):
            end = chunk.rfind(b"\n") + 1
            if end:
                yield rest + chunk[:end]
                rest = chunk[end:]
            else:
                rest += chunk
            if len(rest) > LONGEST_LINE + BLOCK:
                raise ReelvecError(f"{place.name}: no line ends, this is not a text of vectors")
    except BROKEN_ARCHIVE as error:
        raise ReelvecError(f"{place.name}: broken or cut off ({error}); {get_again()}") from None
    if rest:
        yield rest


def _without_header(block: bytes, place: _Place) -> tuple[bytes, int | None]:
    """Take a byte order mark and a word2vec header off the first block.

    Returns:
        the rest, and the number of words that the header promises, if there is one.
    """
    block = block.removeprefix(BYTE_ORDER_MARK)
    line, _, rest = block.partition(b"\n")
    header = HEADER.fullmatch(line)
    if header is None:
        return block, None
    words, dimension = map(int, header.groups())
    if dimension != place.dimension:
        if place.dimension == 1:
            return block, None
        raise place.wrong_dimension(dimension)
    return rest, words


def _first_lines(block: bytes, max_words: int | None, before: int) -> bytes:
    """The part of a block that `max_words` leaves, `before` lines having been read."""
    if max_words is None:
        return block
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n"))
    wanted = max_words - before
    return block[: ends[wanted - 1] + 1] if wanted < len(ends) else block


def _parse(block: bytes, place: _Place) -> tuple[list[str], NDArray[np.float32]]:
    """Words and float32 (lines, dimension) of some lines, each ended by a line feed."""
    # Arrow would drop a byte order mark, which here is a word or part of one.
    if not block.startswith(BYTE_ORDER_MARK):
        try:
            table = _read_csv(block, ["word"], place.dimension)
        except pa.ArrowInvalid:
            return _parse_by_line(block, place)
        words: list[str] = table.column(0).to_pylist()
        vectors = _matrix(table.columns[1:])
        # Arrow also ends a line at a carriage return, which may be part of a word.
        whole = len(words) == block.count(b"\n")
        if whole and "" not in words and np.isfinite(vectors).all():
            return words, vectors
    return _parse_by_line(block, place)


def _read_csv(block: bytes, text_columns: list[str], dimension: int) -> pa.Table:
    """Columns separated by single spaces; nothing is a quote, an escape or a missing value."""
    numbers = [str(column) for column in range(dimension)]
    types = {name: pa.string() for name in text_columns} | {name: pa.float32() for name in numbers}
    return pa.csv.read_csv(
        pa.py_buffer(block),
        pa.csv.ReadOptions(column_names=[*text_columns, *numbers]),
        pa.csv.ParseOptions(
            delimiter=" ",
            quote_char=False,
            double_quote=False,
            escape_char=False,
            newlines_in_values=False,
            ignore_empty_lines=False,
        ),
        pa.csv.ConvertOptions(column_types=types, null_values=[]),
    )


def _matrix(columns: list[pa.ChunkedArray]) -> NDArray[np.float32]:
    matrix = np.empty((len(columns[0]), len(columns)), np.float32)
    for index, column in enumerate(columns):
        matrix[:, index] = column.to_numpy()
    return matrix


def _parse_by_line(block: bytes, place: _Place) -> tuple[list[str], NDArray[np.float32]]:
    """What `_parse` returns, for lines with something unusual in them."""
    lines = block.split(b"\n")[:-1]
    words: list[str] = []
    rows: dict[int, list[bytes]] = {}
    for offset, line in enumerate(lines):
        columns = SEPARATOR.split(line.rstrip(b" \t\r"))
        if columns == [b""]:
            continue
        if place.first and not words:
            _check_dimension(columns, replace(place, line=place.line + offset))
        cut_off = offset == len(lines) - 1 and not place.ended
        parts, rows[offset] = columns[: -place.dimension], columns[-place.dimension :]
        if not parts or any(NUMBER.fullmatch(part) for part in parts[1:]):
            raise place.wrong_columns(offset, len(columns), cut_off)
        words.append(_word(b" ".join(parts).strip(b" "), place, offset))
    return words, _parse_numbers(rows, place)


def _parse_numbers(rows: dict[int, list[bytes]], place: _Place) -> NDArray[np.float32]:
    """Numbers by the offset of their line in the block, as float32 (rows, dimension)."""
    if not rows:
        return np.zeros((0, place.dimension), np.float32)
    text = b"".join(b" ".join(numbers) + b"\n" for numbers in rows.values())
    try:
        vectors = _matrix(_read_csv(text, [], place.dimension).columns)
        if len(vectors) == len(rows) and np.isfinite(vectors).all():
            return vectors
    except pa.ArrowInvalid:
        pass
    for offset, numbers in rows.items():
        _check_numbers(numbers, place, offset)
    raise place.problem(0, "on this line or soon after is something that is not a number")


def _check_dimension(columns: list[bytes], place: _Place) -> None:
    """Refuse a file whose first vector has another number of dimensions."""
    numbers = 0
    for column in reversed(columns[1:]):
        if not NUMBER.fullmatch(column) and not NOT_FINITE.fullmatch(column):
            break
        numbers += 1
    if not numbers:
        raise place.problem(
            0, "no word followed by numbers; this is not a text of GloVe or word2vec vectors"
        )
    if numbers != place.dimension:
        raise place.wrong_dimension(numbers)


def _check_numbers(numbers: list[bytes], place: _Place, offset: int) -> None:
    for number in numbers:
        text = number.decode(errors="replace")
        if NOT_FINITE.fullmatch(number):
            raise place.problem(offset, f"{text} is not a finite number")
        if not NUMBER.fullmatch(number):
            raise place.problem(offset, f"{shortened(text)} is not a number")
        if abs(float(number)) > LARGEST:
            raise place.problem(offset, f"{shortened(text)} is too large for a float32")


def _word(column: bytes, place: _Place, offset: int) -> str:
    if not column:
        raise place.problem(offset, "the word is empty")
    try:
        return column.decode()
    except UnicodeDecodeError as error:
        text = shortened(column.decode(errors="replace"))
        raise place.problem(
            offset, f"the word {text} is not UTF-8 (byte {error.start + 1} of it)"
        ) from None


def _check_complete(words: list[str], promised: int | None, stopped: bool, place: _Place) -> None:
    if not words:
        raise ReelvecError(f"{place.name}: holds no vectors")
    if promised is not None and promised != len(words) and not stopped:
        raise ReelvecError(
            f"{place.name}, line 1: promises {promised:,} words, but the file holds "
            f"{len(words):,}: it seems cut off or put together from parts; get it again"
        )


def _without_duplicates(
    words: list[str], vectors: NDArray[np.float32], content_sha256: str
) -> VectorText:
    """Keep the first line of each word."""
    # Filled from the end, so that the first line of a word is the one that stays.
    first = dict(zip(reversed(words), range(len(words) - 1, -1, -1), strict=True))
    duplicates = len(words) - len(first)
    if duplicates:
        rows = sorted(first.values())
        words, vectors = [words[row] for row in rows], vectors[rows]
    return VectorText(words, vectors, duplicates, content_sha256)
