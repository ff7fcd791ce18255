"""Every place where bytes come in from outside, as a function that takes any.

What cannot be read is refused by a `ReelvecError`; whatever else is raised is a fault.
"""

import gzip
import io
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from functools import cache
from pathlib import Path
from typing import get_args

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.glove import GloveParams
from reelvec.base.schema.imdb import ImdbParams
from reelvec.base.schema.preprocess import PreprocessParams, Punctuation, StopwordList
from reelvec.base.schema.whole import load_params
from reelvec.cli.review_files import read_review_file
from reelvec.fetch.download import Sources
from reelvec.fetch.glove import fetch_glove
from reelvec.fetch.reviews import fetch_reviews
from reelvec.fetch.vector_text import read_vectors
from reelvec.text.columns import tokenize
from reelvec.text.single import SingleTexts
from reelvec.text.vocabulary import RESERVED, ids_of, index_of

Target = Callable[[bytes], None]

TABLES = (".csv", ".tsv", ".jsonl", ".parquet", ".csv.gz", ".csv.bz2", ".jsonl.xz", ".jsonl.zst")
REVIEW_FILES = (".csv", ".tsv", ".parquet", ".txt")
CONTENT_TYPES = ("application/json", "text/csv", "application/vnd.apache.parquet")
SWITCHES = (
    *("line_breaks", "html", "urls", "lowercase"),
    *("fold_accents", "contractions", "lemmatize"),
)

LONGEST_LINE = 2_000
"""Letters above which a line is none that a person reads."""

SHORT, LONG, MOST = 20_000, 160_000, 30
"""Letters of a text and of a longer one, and how much longer this may take: 64 were its square."""

BLINK = 0.25
"""Seconds that say nothing of a text's length."""


def vectors(data: bytes) -> None:
    """A text of GloVe's or word2vec's; the first byte is the number of dimensions."""
    dimension, text = _number(data, 4)
    with _refused_in_words():
        found = read_vectors(io.BytesIO(text), "vectors.txt", dimension + 1)
        assert found.vectors.shape == (len(found.words), dimension + 1)
        assert np.isfinite(found.vectors).all()
        assert len(set(found.words)) == len(found.words)


def vector_files(data: bytes) -> None:
    """A file of such a text, be it packed by gzip, by zip, or not at all."""
    with _refused_in_words(), _file(data, "vectors") as path:
        params = GloveParams(source=str(path), dimension=2, content_sha256="0" * 64)
        fetch_glove(params, path.parent / "glove", Sources(path.parent / "cache"))


def archives(data: bytes) -> None:
    """An archive of reviews, packed by gzip or to be."""
    packed = data if data[:2] == b"\x1f\x8b" else gzip.compress(data, 1)
    _fetch(packed, ".tar.gz")


def tables(data: bytes) -> None:
    """Reviews in a table; the first byte says of which kind it is."""
    kind, content = _number(data, len(TABLES))
    _fetch(content, TABLES[kind])


def review_files(data: bytes) -> None:
    """Reviews for `reelvec predict --file`; the first byte says of which kind they are."""
    kind, content = _number(data, len(REVIEW_FILES))
    with _refused_in_words(), _file(content, REVIEW_FILES[kind]) as path:
        assert all(isinstance(text, str) for texts in read_review_file(path) for text in texts)


def parameters(data: bytes) -> None:
    """`params.yaml`."""
    with _refused_in_words(), _file(data, "params.yaml") as path:
        load_params(path)


def requests(data: bytes) -> None:
    """The body of a request to a served model; the first byte says of which kind it is."""
    from benchmarks.fuzz.asked import answer_to  # imports torch and MLflow

    kind, body = _number(data, len(CONTENT_TYPES))
    answer = answer_to(body, CONTENT_TYPES[kind])
    assert not answer.fault, answer.fault
    assert answer.by_mlflow or answer.status == 200 or 400 <= answer.status < 500, answer


def texts(data: bytes) -> None:
    """A text through steps that three bytes choose: both engines give the same ids."""
    params, rest = _steps(data)
    text = rest.decode("utf-8", "replace")
    single, column = both_ways(params, [text, text[::-1]])
    assert single == column, (params, text)


def long_texts(data: bytes) -> None:
    """A text again and again: what is eight times as long takes about eight times as long."""
    params, rest = _steps(data)
    text = rest.decode("utf-8", "replace") or " "

    def seconds(letters: int) -> float:
        long = (text * (letters // len(text) + 1))[:letters]
        start = time.process_time()
        both_ways(params, [long])
        return time.process_time() - start

    short, long = seconds(SHORT), seconds(LONG)
    if long > BLINK + MOST * short:  # measured once more: it may have been something else
        short, long = seconds(SHORT), seconds(LONG)
    assert long <= BLINK + MOST * short, f"{params}: {short:.2f} s, then {long:.2f} s"


TARGETS: dict[str, Target] = {
    "vectors": vectors,
    "vector_files": vector_files,
    "archives": archives,
    "tables": tables,
    "review_files": review_files,
    "parameters": parameters,
    "requests": requests,
    "texts": texts,
    "long_texts": long_texts,
}


def both_ways(params: PreprocessParams, given: list[str]) -> tuple[list[list[int]], ...]:
    """The ids of texts by word and by column, with every other token known."""
    corpus = tokenize(pa.array(given, pa.string()), params)
    index = index_of([*RESERVED, *corpus.lexicon[::2]])
    single = SingleTexts(params, index).encode(given)
    column = corpus.reviews.map_ids(ids_of(corpus.lexicon, index))
    return tuple(
        [rows[number].tolist() for number in range(len(given))] for rows in (single, column)
    )


def _number(data: bytes, below: int) -> tuple[int, bytes]:
    """A number that the first byte says, and the other bytes."""
    return (data[0] % below if data else 0), data[1:]


def _steps(data: bytes) -> tuple[PreprocessParams, bytes]:
    """The steps that three bytes choose, and the other bytes."""
    switches, punctuation, stopwords = data[:3].ljust(3, b"\0")
    kinds, lists = get_args(Punctuation), get_args(StopwordList)
    params = PreprocessParams(
        **{name: bool(switches >> bit & 1) for bit, name in enumerate(SWITCHES)},  # type: ignore[arg-type]
        punctuation=kinds[punctuation % len(kinds)],
        stopwords=lists[stopwords % len(lists)],
        keep=("not", "no") if switches >> 7 else (),
    )
    return params, data[3:]


def _fetch(content: bytes, ending: str) -> None:
    with _refused_in_words(), _file(content, f"reviews{ending}") as path:
        params = ImdbParams.model_validate({"source": str(path), "content_sha256": None})
        table = path.parent / "imdb.parquet"
        metrics = fetch_reviews(params, table, Sources(path.parent / "cache"))
        assert len(pq.read_table(table)) == metrics["reviews"]["total"]


@contextmanager
def _file(content: bytes, name: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fuzz", dir=_quick_folder()) as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        yield path


@cache
def _quick_folder() -> str | None:
    """In memory where that is possible: a disk would be written to a million times."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() else None


@contextmanager
def _refused_in_words() -> Iterator[None]:
    """Let pass what is refused as it should be; what is printed meanwhile is not shown."""
    with redirect_stderr(io.StringIO()) as printed:
        try:
            yield
        except ReelvecError as error:
            told = str(error)
            assert told.strip(), "refused without a word"
            assert max(map(len, told.split("\n"))) <= LONGEST_LINE, told
    assert "Traceback" not in printed.getvalue(), printed.getvalue()
