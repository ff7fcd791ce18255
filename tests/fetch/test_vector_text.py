"""Vector text: every number exact, every odd word kept, every damaged line named."""

import gzip
import hashlib
import io
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import given, settings
from hypothesis import strategies as st

from reelvec.base.errors import ReelvecError
from reelvec.fetch import vector_text
from reelvec.fetch.vector_text import VectorText, read_vectors

PLAIN = b"the 0.1 -0.25\nof 1 2e-3\n, .5 -0\n"


def read(text: bytes, dimension: int = 2, max_words: int | None = None) -> VectorText:
    return read_vectors(io.BytesIO(text), "glove.txt", dimension, max_words)


def refused(text: bytes, message: str, dimension: int = 2) -> None:
    with pytest.raises(ReelvecError, match=f"^glove.txt{message}"):
        read(text, dimension)


def sha256(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def is_nearest(value: np.float32, text: str) -> bool:
    """Whether no other float32 lies closer to the number that the text writes."""
    exact = Fraction(text)
    neighbours = [np.nextafter(value, np.float32(end)) for end in (-np.inf, np.inf)]
    distance = abs(Fraction(float(value)) - exact)
    return all(
        distance <= abs(Fraction(float(other)) - exact)
        for other in neighbours
        if np.isfinite(other)
    )


def test_words_and_numbers_are_read_in_order() -> None:
    found = read(PLAIN)
    assert found.words == ["the", "of", ","]
    assert found.vectors.dtype == np.float32
    np.testing.assert_array_equal(
        found.vectors, np.array([[0.1, -0.25], [1, 2e-3], [0.5, 0]], np.float32)
    )
    assert (found.duplicates, found.content_sha256) == (0, sha256(PLAIN))


NUMBERS = st.one_of(
    st.floats(-1e30, 1e30).map(repr),
    st.decimals(-9, 9, places=6).map(lambda number: f"{number:f}"),
    st.tuples(st.sampled_from(["", "-", "+"]), st.integers(0, 10**30), st.integers(0, 10**30)).map(
        lambda parts: f"{parts[0]}{parts[1]}.{parts[2]}"
    ),
    # Just beside the middle between two float32: rounding twice, through float64, goes wrong.
    st.sampled_from(["1.00000005960464477540", "1.00000017881393432617187499", "1e-46", "7e-46"]),
)
# A space in a word sends its block line by line; both ways must give the same.
WORDS = st.text(
    st.characters(exclude_characters=" \t\n\r\ufeff", exclude_categories=["Cs"]), min_size=1
)


@given(rows=st.lists(st.tuples(WORDS, NUMBERS, NUMBERS), min_size=1, max_size=5), odd=st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_word_survives_and_any_number_is_rounded_once(
    rows: list[tuple[str, str, str]], odd: bool
) -> None:
    rows = [("start", "0.5", "0.5"), *rows, *[("two words", "0.5", "0.5")] * odd]
    text = "".join(f"{' '.join(row)}\n" for row in rows).encode()
    found = read(text)
    expected = {word: numbers for word, *numbers in reversed(rows)}
    assert found.words == list(dict.fromkeys(word for word, *_ in rows))
    assert found.duplicates == len(rows) - len(expected)
    for word, vector in zip(found.words, found.vectors, strict=True):
        assert all(map(is_nearest, vector, expected[word]))


@pytest.mark.parametrize(
    "word",
    ["nan", "NaN", "null", "NULL", "None", '"', '""', "'", "\\", "#", "#N/A", "true", "1",
     "-0.5", "1e5", ",", "\xa0", "a\u0085b", "\u2028", "\x00", "\x0b", "a\rb", "\ufeff",
     "\ufeffx", "<unk>", '"a"', '"a', "a,b"],
)  # fmt: skip
@pytest.mark.parametrize("among", [b"", b"two words 3 4\n"], ids=["by block", "by line"])
def test_words_that_mean_something_to_other_readers_are_only_words(
    word: str, among: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = f"{word} 1 2\n".encode()
    assert word in read(b"first 1 2\n" + line + among + line).words
    monkeypatch.setattr(vector_text, "BLOCK", 10)
    assert read(b"first 1 2\n" + line + among).words[1] == word


def test_words_may_hold_spaces() -> None:
    found = read(b"the 1 2\n. . . 3 4\nat name@domain.com 5 6\nof 7 8\n")
    assert found.words == ["the", ". . .", "at name@domain.com", "of"]
    np.testing.assert_array_equal(found.vectors[:, 0], [1, 3, 5, 7])


def test_the_first_word_may_hold_spaces() -> None:
    assert read(b". . 1 2\nthe 1 2\n").words == [". .", "the"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 16, 1000])
def test_the_size_of_the_blocks_changes_nothing(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        f"{word} {n}.5 -{n}e-2\n" for n, word in enumerate(["a", "é", ". .", "a", "\ufeff", "z"])
    ]
    text = "".join(lines).encode()
    whole = read(text)
    monkeypatch.setattr(vector_text, "BLOCK", size)
    found = read(text)
    assert (found.words, found.duplicates, found.content_sha256) == (
        whole.words, whole.duplicates, whole.content_sha256
    )  # fmt: skip
    np.testing.assert_array_equal(found.vectors, whole.vectors)


def test_of_duplicate_words_the_first_is_kept_and_the_others_counted() -> None:
    found = read(b"a 1 1\nb 2 2\na 3 3\nc 4 4\nb 5 5\na 6 6\n")
    assert found.words == ["a", "b", "c"]
    np.testing.assert_array_equal(found.vectors[:, 0], [1, 2, 4])
    assert found.duplicates == 3


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace(b"\n", b"\r\n"),
        PLAIN.replace(b"\n", b" \n"),
        PLAIN.replace(b" ", b"\t"),
        PLAIN.replace(b" ", b"  "),
        PLAIN.replace(b"\n", b"\n\n"),
        b"\n" + PLAIN,
        b"\xef\xbb\xbf" + PLAIN,
        PLAIN[:-1],
        b"3 2\n" + PLAIN,
        b"\xef\xbb\xbf3 2\r\n" + PLAIN,
    ],
    ids=["crlf", "trailing space", "tabs", "double spaces", "blank lines", "blank first line",
         "byte order mark", "no last line feed", "header", "mark and header"],
)  # fmt: skip
def test_harmless_irregularities_change_nothing(text: bytes) -> None:
    assert read(text).words == read(PLAIN).words
    np.testing.assert_array_equal(read(text).vectors, read(PLAIN).vectors)


@pytest.mark.parametrize("text", [b"3 2\n" + PLAIN, PLAIN[:-1], b"\xef\xbb\xbf" + PLAIN])
def test_the_hash_is_that_of_the_lines_alone(text: bytes) -> None:
    assert read(text).content_sha256 == sha256(PLAIN)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("header", [b"", b"3 2\n"])
def test_max_words_keeps_the_first_lines_and_hashes_only_those(count: int, header: bytes) -> None:
    found = read(header + PLAIN, max_words=count)
    lines = PLAIN.splitlines(keepends=True)[:count]
    assert found.words == ["the", "of", ","][:count]
    assert found.content_sha256 == sha256(b"".join(lines))


def test_damage_beyond_max_words_does_not_matter() -> None:
    assert read(PLAIN + b"broken", max_words=3).words == ["the", "of", ","]


def test_with_max_words_no_more_is_read_than_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_text, "BLOCK", 1000)
    stream = io.BytesIO(b"".join(b"word%d 0.5 0.25\n" % n for n in range(10_000)))
    assert len(read_vectors(stream, "glove.txt", 2, 100).words) == 100
    assert stream.tell() <= 3000


def test_a_word2vec_file_is_read_as_gensim_reads_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    original = KeyedVectors(7)
    original.add_vectors([f"w{n}" for n in range(50)], rng.normal(size=(50, 7)).astype(np.float32))
    original.save_word2vec_format(str(tmp_path / "v.txt"))
    found = read((tmp_path / "v.txt").read_bytes(), 7)
    assert found.words == original.index_to_key
    np.testing.assert_array_equal(found.vectors, original.vectors)


def test_with_one_dimension_a_first_line_like_a_header_is_a_header() -> None:
    assert read(b"2 1\na 5\nb 6\n", 1).words == ["a", "b"]
    assert read(b"2 7\na 5\nb 6\n", 1).words == ["2", "a", "b"]


@pytest.mark.parametrize("count", [2, 4])
def test_a_header_that_promises_other_than_the_file_holds_is_refused(count: int) -> None:
    refused(b"%d 2\n" % count + PLAIN, f", line 1: promises {count} words, but the file holds 3")


@pytest.mark.parametrize("header", [b"", b"3 2\n"])
@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (b"a 1 2\nb 3", "{2}: 2 columns, expected 3: the file seems cut off; delete it and run"),
        (b"a 1 2\nb", "{2}: 1 columns, expected 3: the file seems cut off"),
        (b"a 1 2\nb 3\nc 5 6\n", "{2}: 2 columns, expected 3: the line is damaged"),
        (b"a 1 2\nb 3 4 5\nc 5 6\n", "{2}: 4 columns, expected 3: the line is damaged"),
        (b"a 1 2\nb 3 4\rc 5 6\n", "{2}: 5 columns, expected 3: the line is damaged"),
        (b"a 1 2\nb 3 4c 5 6\n", "{2}: 5 columns, expected 3: the line is damaged"),
        (b"a 1 2\nb x 4\n", "{2}: 'x' is not a number"),
        (b"a 1 2\nb 1_0 4\n", "{2}: '1_0' is not a number"),
        (b"a 1 2\nb 0x1 4\n", "{2}: '0x1' is not a number"),
        (b"a 1 2\nb 3 4\nc nan 4\n", "{3}: nan is not a finite number"),
        (b"a 1 2\nb 3 -Inf\n", "{2}: -Inf is not a finite number"),
        (b"a 1 2\nb 3 1e39\n", "{2}: '1e39' is too large for a float32"),
        (b"a 1 2\nb 3\r4 5\n", "{2}: '3\\\\r4' is not a number"),
        (b"a 1 2\nb 3 " + b"9" * 9999 + b"\n", r"{2}: '9{{56}}\.\.\. is too large"),
        (b"7" * 5000 + b" 2\na 1 2\n", "{1}: "),
        (b"a 1 2\n\n\nb 3 nan\n", "{4}: nan is not a finite number"),
        (b"a 1 2\n 3 4\n", "{2}: the word is empty"),
        (b"a 1 2\ncaf\xe9 3 4\n", "{2}: the word 'caf\ufffd' is not UTF-8 \\(byte 4 of it\\)"),
        (b"a 1 2\nb . 3 \xff\n", "{2}: '\ufffd' is not a number"),
    ],
)
@pytest.mark.parametrize("block", [8, vector_text.BLOCK])
def test_a_damaged_line_is_named(
    header: bytes, lines: bytes, message: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_text, "BLOCK", block)
    numbers = [line + bool(header) for line in range(5)]
    refused(header + lines, f", line {message.format(*numbers)}")


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        (b"the 1 2 3\nof 1 2 3\n", 1, 3),
        (b"the 1\nof 1\n", 1, 1),
        (b"9 3\nthe 1 2 3\n", 1, 3),
        (b"2 2\nthe 1 2 3\n", 2, 3),
        (b"\nthe 1 nan 3\n", 2, 3),
    ],
)
def test_another_dimension_is_refused_naming_the_parameter(
    text: bytes, line: int, found: int
) -> None:
    refused(
        text,
        f", line {line}: the vectors have {found} dimensions, but glove.dimension in params.yaml "
        f"is 2; set it to {found}",
    )


@pytest.mark.parametrize("text", [b"", b"\n", b"3 2\n", b"\xef\xbb\xbf", b"0 2\n"])
def test_a_file_without_vectors_is_refused(text: bytes) -> None:
    refused(text, ": holds no vectors")


@pytest.mark.parametrize("text", [b"<!DOCTYPE html>\n<p>Not found\n", b"\x80\x04\x95 pickled\n"])
def test_a_file_of_another_kind_is_refused(text: bytes) -> None:
    refused(text, ", line 1: no word followed by numbers; this is not a text of GloVe")


def test_a_carriage_return_inside_a_number_does_not_make_two() -> None:
    refused(b"a 1\nb 3\r4\nc 5\n", r", line 2: '3\\r4' is not a number", dimension=1)


def test_a_file_without_line_ends_is_refused_before_it_fills_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(vector_text, "LONGEST_LINE", 1000)
    monkeypatch.setattr(vector_text, "BLOCK", 1000)
    stream = io.BytesIO(b"x" * 100_000)
    with pytest.raises(ReelvecError, match="no line ends"):
        read_vectors(stream, "v.bin", 2)
    assert stream.tell() < 5000


@pytest.mark.parametrize("percent", [10, 50, 99])
def test_a_truncated_gzip_is_refused(percent: int) -> None:
    packed = gzip.compress(PLAIN * 100)
    cut = io.BytesIO(packed[: len(packed) * percent // 100])
    with gzip.open(cut) as stream, pytest.raises(ReelvecError, match=r"v\.gz: broken or cut off"):
        read_vectors(stream, "v.gz", 2)


@given(st.text("0123456789.eE+-_", max_size=12))
def test_numbers_are_what_they_always_were(text: str) -> None:
    """By a pattern that took quadratic time, for the same result."""
    slow = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
    number = text.encode()
    assert bool(vector_text.NUMBER.fullmatch(number)) == bool(slow.fullmatch(number))
