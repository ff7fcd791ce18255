"""Tables of a person's own reviews: whatever holds the rows, the reviews are the same."""

import bz2
import csv
import gzip
import hashlib
import io
import json
import lzma
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.imdb import ImdbParams
from reelvec.fetch import reviews, tables
from reelvec.fetch.download import Sources
from reelvec.fetch.imdb import SCHEMA
from reelvec.fetch.reviews import fetch_reviews

LABELS = {"positive": "keep", "negative": "refund"}
Row = dict[str, Any]


def rows_of(count: int) -> list[Row]:
    """Every tenth row has no label; each text has commas, quotes and line breaks."""
    return [
        {
            "text": f'He said: "fine, number\n{number}",\r\nnaïvely',
            "label": None if number % 10 == 9 else ("keep", "refund")[number % 2],
        }
        for number in range(count)
    ]


ROWS = rows_of(60)


def as_csv(rows: list[Row], delimiter: str = ",") -> bytes:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()


def as_lines(rows: list[Row]) -> bytes:
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def as_parquet(rows: list[Row], **types: pa.DataType) -> bytes:
    sink = io.BytesIO()
    table = pa.Table.from_pylist(rows)
    for name, kind in types.items():
        place = table.column_names.index(name)
        table = table.set_column(place, name, table[name].cast(kind))
    pq.write_table(table, sink)
    return sink.getvalue()


def zstd(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    return sink.getvalue().to_pybytes()


def fetched(
    folder: Path, source: Any, digest: str | None = None, **reading: Any
) -> tuple[pa.Table, dict[str, Any]]:
    """The table and the metrics of the files in a folder."""
    given = {
        "source": source if isinstance(source, list) else str(source),
        "content_sha256": digest,
        "tables": {**LABELS, **reading},
    }
    params = ImdbParams.model_validate_json(json.dumps(given))
    target = folder / "out.parquet"
    metrics = fetch_reviews(params, target, Sources(folder / "cache"))
    return pq.read_table(target), metrics


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_the_table_is_that_of_an_archive_without_what_only_that_knows(tmp_path: Path) -> None:
    table, metrics = fetched(tmp_path, put(tmp_path, "r.csv", as_csv(ROWS)))
    assert table.schema.remove_metadata() == SCHEMA
    keys = [(each["split"], -1 if each["label"] is None else each["label"], each["review_id"])
            for each in table.to_pylist()]  # fmt: skip
    assert keys == sorted(keys)
    texts = {each["review_id"]: (each["text"], each["label"]) for each in table.to_pylist()}
    label = {"keep": 1, "refund": 0, None: None}
    assert texts == {n: (row["text"], label[row["label"]]) for n, row in enumerate(ROWS, 1)}
    assert table["rating"].null_count == table["film"].null_count == len(ROWS)
    assert metrics["labels"] == {"negative": "refund", "positive": "keep"}
    assert metrics["reviews"] == {
        "train": {"neg": 19, "pos": 24},
        "test": {"neg": 5, "pos": 6},
        "unsup": 6,
        "total": 60,
    }
    assert metrics["data"] == (
        "OTHER DATA (not the official IMDb reviews): r.csv: 43 training, 11 test and 6 unlabelled "
        "reviews, labelled refund or keep"
    )
    assert metrics["tokens"]["total"] == 60 * 6
    assert metrics["empty"] == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("r.csv", as_csv(ROWS)),
        ("bom.csv", b"\xef\xbb\xbf" + as_csv(ROWS)),
        ("r.tsv", as_csv(ROWS, "\t")),
        ("r.jsonl", as_lines(ROWS)),
        ("r.ndjson", as_lines(ROWS)),
        ("r.parquet", as_parquet(ROWS)),
        ("dictionary.parquet", as_parquet(ROWS, label=pa.dictionary(pa.int8(), pa.string()))),
        ("r.csv.gz", gzip.compress(as_csv(ROWS))),
        ("two.members.csv.gz", gzip.compress(as_csv(ROWS)[:99]) + gzip.compress(as_csv(ROWS)[99:])),
        ("r.CSV.bz2", bz2.compress(as_csv(ROWS))),
        ("r.csv.xz", lzma.compress(as_csv(ROWS))),
        ("r.jsonl.zst", zstd(as_lines(ROWS))),
        ("r.jsonl.xz", lzma.compress(as_lines(ROWS))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_any_format_gives_the_same_bytes(tmp_path: Path, name: str, content: bytes) -> None:
    fetched(tmp_path / "plain", put(tmp_path, "plain/r.csv", as_csv(ROWS)))
    fetched(tmp_path / "other", put(tmp_path, f"other/{name}", content))
    expected, found = (tmp_path / each / "out.parquet" for each in ("plain", "other"))
    assert found.read_bytes() == expected.read_bytes()


@pytest.mark.parametrize(("name", "write"), [("r.parquet", as_parquet), ("r.jsonl", as_lines)])
def test_any_size_of_block_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, write: Callable[[list[Row]], bytes]
) -> None:
    rows = [{**row, "text": f"text {n % 7} {n % 5}"} for n, row in enumerate(ROWS)]
    rows = with_column("film", lambda n: "" if n % 3 else f"film {n // 9}", rows)
    path = put(tmp_path, name, write(rows))
    found = []
    for size in (7, 10_000):
        monkeypatch.setattr(tables, "ROWS_AT_ONCE", size)
        _, metrics = fetched(tmp_path, path)
        found.append(((tmp_path / "out.parquet").read_bytes(), metrics))
    assert found[0] == found[1]
    assert not [each for each in tmp_path.iterdir() if each.name.startswith(".")]


def test_row_groups_are_of_one_size_that_later_stages_read_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviews, "GROUP", 25)
    table, _ = fetched(tmp_path, put(tmp_path, "r.csv", as_csv(ROWS)))
    groups = pq.ParquetFile(tmp_path / "out.parquet")
    sizes = [groups.metadata.row_group(n).num_rows for n in range(groups.num_row_groups)]
    assert sizes == [25, 25, 10]
    monkeypatch.undo()
    assert table.equals(fetched(tmp_path, tmp_path / "r.csv")[0])


def test_many_files_are_read_in_the_order_that_is_given(tmp_path: Path) -> None:
    first, second = (
        put(tmp_path, "b.csv", as_csv(ROWS[:20])),
        put(tmp_path, "a.jsonl", as_lines(ROWS[20:])),
    )
    table, metrics = fetched(tmp_path, [str(first), str(second)])
    whole, _ = fetched(tmp_path, put(tmp_path, "whole.csv", as_csv(ROWS)))
    assert table.equals(whole)
    assert "2 files, b.csv the first" in metrics["data"]


@pytest.mark.parametrize(
    ("positive", "negative", "cells", "kind"),
    [
        (1, 0, [1, 0, None], pa.int64()),
        (1, 0, [1.0, 0.0, None], pa.float64()),
        (True, False, [True, False, None], pa.bool_()),
        (2.5, -1, [2.5, -1.0, None], pa.float64()),
        ("NA", "null", ["NA", "null", ""], pa.string()),
    ],
)
def test_labels_are_two_values_of_any_kind(
    tmp_path: Path, positive: Any, negative: Any, cells: list[Any], kind: pa.DataType
) -> None:
    rows = [{"text": f"text {n}", "label": cells[n % 3]} for n in range(60)]
    table, _ = fetched(
        tmp_path,
        put(tmp_path, "r.parquet", as_parquet(rows, label=kind)),
        positive=positive,
        negative=negative,
    )
    found = {each["review_id"] - 1: each["label"] for each in table.to_pylist()}
    assert found == {n: (1, 0, None)[n % 3] for n in range(60)}


def test_a_value_may_stand_for_no_label(tmp_path: Path) -> None:
    rows = [{"text": f"text {n}", "label": n % 3 - 1} for n in range(60)]
    path, names = put(tmp_path, "r.parquet", as_parquet(rows)), {"positive": 1, "negative": 0}
    _, metrics = fetched(tmp_path, path, **names, unlabelled=-1)
    assert metrics["reviews"]["unsup"] == 20
    with pytest.raises(ReelvecError, match="label '-1' is neither '0' nor '1'"):
        fetched(tmp_path, path, **names)


def test_the_hash_is_that_of_the_file_and_another_one_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path, "r.csv", as_csv(ROWS))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert fetched(tmp_path, path, digest)[1]["content_sha256"] == digest
    with pytest.raises(ReelvecError, match=f"content hash is {digest}, but params.yaml"):
        fetched(tmp_path, path, "0" * 64)


def test_without_a_hash_the_person_is_told_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put(tmp_path, "r.csv", as_csv(ROWS))
    digest = fetched(tmp_path, path)[1]["content_sha256"]
    assert digest in capsys.readouterr().err


def with_column(name: str, value: Callable[[int], Any], rows: list[Row] = ROWS) -> list[Row]:
    return [{**row, name: value(number)} for number, row in enumerate(rows)]


def test_a_column_says_which_reviews_are_for_what(tmp_path: Path) -> None:
    rows = with_column("split", lambda n: ("fit", "fit", "tune", "hold out", "more")[n % 5])
    names = {"train": ["fit", "tune"], "test": "hold out", "unsup": "more"}
    table, _ = fetched(tmp_path, put(tmp_path, "r.csv", as_csv(rows)), splits=names)
    for each in table.to_pylist():
        row = rows[each["review_id"] - 1]
        expected = {"fit": "train", "tune": "train", "hold out": "test", "more": "unsup"}
        assert each["split"] == ("unsup" if row["label"] is None else expected[row["split"]])
        assert (each["label"] is None) == (each["split"] == "unsup")


def test_splits_can_be_divided_anew(tmp_path: Path) -> None:
    rows = with_column("split", lambda _: "train")
    table, _ = fetched(tmp_path, put(tmp_path, "r.csv", as_csv(rows)), splits=None)
    plain, _ = fetched(tmp_path, put(tmp_path, "p.csv", as_csv(ROWS)))
    assert table.equals(plain)


def test_a_group_is_never_divided_and_an_empty_cell_is_a_group_of_its_own(tmp_path: Path) -> None:
    rows = with_column("film", lambda n: "" if n < 20 else f"model {n // 5}")
    table, metrics = fetched(tmp_path, put(tmp_path, "r.csv", as_csv(rows)))
    splits: dict[str, set[str]] = {}
    films: dict[str, set[Any]] = {}
    for each in table.to_pylist():
        name = rows[each["review_id"] - 1]["film"]
        films.setdefault(name, set()).add(each["film"])
        if name and each["split"] != "unsup":
            splits.setdefault(name, set()).add(each["split"])
    assert all(len(found) == 1 for found in splits.values())
    assert set.union(*splits.values()) == {"train", "test"}
    assert films.pop("") == {None}
    numbers = [number for found in films.values() for number in found]
    assert len(set(numbers)) == len(numbers) == 8
    assert sum(metrics["films"].values()) >= 8


def test_a_text_that_stands_twice_is_not_learned_and_tested(tmp_path: Path) -> None:
    rows = [{**row, "text": f"text {n // 3}"} for n, row in enumerate(ROWS)]
    _, metrics = fetched(tmp_path, put(tmp_path, "r.csv", as_csv(rows)))
    assert metrics["duplicates_across"]["train_test"] == 0


def test_a_text_that_stands_under_many_films_is_not_learned_and_tested(tmp_path: Path) -> None:
    rows = with_column("film", str)
    rows = [{**row, "text": row["text"] if n % 4 else "Good."} for n, row in enumerate(rows)]
    _, metrics = fetched(tmp_path, put(tmp_path, "r.csv", as_csv(rows)))
    assert metrics["duplicates_across"]["train_test"] == 0


def test_ids_are_kept(tmp_path: Path) -> None:
    rows = with_column("id", lambda n: f"order {n}")
    table, _ = fetched(tmp_path, put(tmp_path, "r.csv", as_csv(rows)))
    assert all(each["id"] == f"order {each['review_id'] - 1}" for each in table.to_pylist())


def test_a_text_may_be_empty_or_missing(tmp_path: Path) -> None:
    rows = [{**row, "text": (row["text"], "", None)[n % 3]} for n, row in enumerate(ROWS)]
    _, metrics = fetched(tmp_path, put(tmp_path, "r.parquet", as_parquet(rows)))
    assert metrics["empty"] == 40


def test_texts_that_look_like_dates_stay_texts(tmp_path: Path) -> None:
    rows = [{**row, "text": f"2020-01-{n % 28 + 1:02}"} for n, row in enumerate(ROWS)]
    table, _ = fetched(tmp_path, put(tmp_path, "r.jsonl", as_lines(rows)))
    assert set(table["text"].to_pylist()) == {row["text"] for row in rows}


LATE = [
    {name: cell for name, cell in row.items() if number > 20 or name not in ("label", "film")}
    for number, row in enumerate(with_column("film", lambda n: f"film {n // 3}"))
]
"""Rows of which the first ones know nothing of two columns."""


@pytest.mark.parametrize("rows", [ROWS, LATE], ids=["always", "late"])
def test_json_lines_of_many_blocks_give_the_bytes_of_parquet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[Row]
) -> None:
    monkeypatch.setattr(tables, "ROWS_AT_ONCE", 7)
    whole = [dict.fromkeys(rows[-1]) | row for row in rows]
    fetched(tmp_path / "one", put(tmp_path, "one/r.parquet", as_parquet(whole)))
    fetched(tmp_path / "other", put(tmp_path, "other/r.jsonl", as_lines(rows)))
    one, other = (tmp_path / each / "out.parquet" for each in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()


def test_texts_that_come_late_are_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROWS_AT_ONCE", 7)
    rows = [{"label": row["label"]} if n < 20 else row for n, row in enumerate(ROWS)]
    _, metrics = fetched(tmp_path, put(tmp_path, "r.jsonl", as_lines(rows)))
    assert metrics["empty"] == 20


def test_json_lines_are_read_as_they_are_needed_and_a_late_broken_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "ROWS_AT_ONCE", 7)
    path = put(tmp_path, "r.jsonl", as_lines(ROWS * 20) + b"\n{\n" + as_lines(ROWS))
    read = tables._read(path)
    assert [len(next(read)) for _ in range(100)] == [7] * 100
    with pytest.raises(ReelvecError, match=r"r\.jsonl, line 1,202: not JSON"):
        fetched(tmp_path, path)


def test_cells_of_json_lines_are_what_they_say_whatever_stands_elsewhere(tmp_path: Path) -> None:
    """A reader that looks for one type a column takes dates for times, and integers for floats."""
    cells = {
        "label": (1, "1", 1.0, 0, "0", None),
        "id": ("2020-01-01", 2**63 - 1, 2**64, 0.5, True, "2020-01-02"),
        "other": (1, "one", [], {}, None, 1.5),
    }
    rows = [
        {"text": f"text {n}"} | {name: values[n % 6] for name, values in cells.items()}
        for n in range(60)
    ]
    rows = [row if n < 6 else row | {"id": n} for n, row in enumerate(rows)]
    path = put(tmp_path, "r.jsonl", as_lines(rows))
    table, _ = fetched(tmp_path, path, positive=1, negative=0)
    found = sorted(table.to_pylist(), key=lambda each: each["review_id"])
    assert [each["label"] for each in found] == [1, 1, 1, 0, 0, None] * 10
    assert [each["id"] for each in found[:6]] == [
        *("2020-01-01", "9223372036854775807", "18446744073709551616"),
        *("0.5", "true", "2020-01-02"),
    ]


PLAIN = as_csv([{**row, "text": f"text {n}"} for n, row in enumerate(ROWS)])
"""A line a row."""

ONE_LABEL = as_csv([row for row in ROWS if row["label"] != "keep"])
TWICE, VALID, TRAIN, TEST, ONE_FILM = (
    as_csv(with_column(name, value))
    for name, value in (
        ("id", lambda n: n % 50),
        ("split", lambda _: "valid"),
        ("split", lambda _: "train"),
        ("split", lambda _: "test"),
        ("film", lambda _: "the only one"),
    )
)
DEEP = b'{"text": "a", "label": ' + b"[" * 9_999 + b"\n"


def line(number: int, content: bytes) -> bytes:
    """The plain table with another line in the place of one."""
    lines = PLAIN.split(b"\r\n")
    return b"\r\n".join([*lines[: number - 1], content, *lines[number:]])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("r.csv", b"txt,label\na,keep\n", "no column 'text' (did you mean 'txt'?); there are txt"),
        ("r.csv", b"text,verdict\na,keep\n", "no column 'label'"),
        ("r.jsonl", b'{"label": "keep"}\n', "no column 'text'"),
        ("r.csv", b"text,label,text\na,keep,b\n", "more than one column is called 'text'"),
        ("r.csv", b"", "r.csv: is empty"),
        ("r.jsonl", b"", "r.jsonl: is empty"),
        ("r.csv", b"text,label\n", "there is no review in it"),
        ("r.csv", line(30, b"text,maybe"), "r.csv, row 29: label 'maybe' is neither 'refund' nor"),
        ("r.csv", ONE_LABEL, "no review has the label 'keep'"),
        ("r.csv", line(30, b"one,two,three"), "r.csv, line 30: 3 cells, expected 2"),
        ("r.csv", line(30, b"one"), "r.csv, line 30: 1 cells, expected 2"),
        ("r.csv", line(30, b"caf\xe9,keep"), "r.csv, line 30: not UTF-8"),
        ("r.csv", "text,label\na,keep\n".encode("utf-16"), "r.csv, line 1: not UTF-8"),
        ("r.jsonl", b'{"text": "a", "label": "keep"}\n{"text": "b\n', "r.jsonl, line 2: not JSON"),
        ("r.jsonl", b'{"text": "caf\xe9", "label": "keep"}\n', "r.jsonl, line 1: not UTF-8"),
        ("r.jsonl", DEEP, "r.jsonl, line 1: not JSON (maximum recursion depth"),
        ("r.jsonl", b'[{"text": "a", "label": "keep"}]\n', "r.jsonl, line 1: no object"),
        ("r.jsonl", b'{"text": 3, "label": "keep"}\n', "r.jsonl, line 1: the text is 3, no string"),
        ("r.jsonl", b'null\n{"text": "a", "label": "keep"}\n', "r.jsonl, line 1: no object"),
        ("r.jsonl", b'\n{"text": "a", "label": ["b"]}\n', "line 2: the label is ['b'], neither"),
        ("r.jsonl", b'{"text": "a", "text": "b", "label": 1}', "line 1: not JSON (a name stands"),
        ("r.jsonl", b'{"text": "a", "label": 1}{"text": "b"}\n', "line 1: not JSON (Extra data"),
        ("r.jsonl", b'{"text": "a\\ud800", "label": 1}\n', "line 1: the text holds half a surr"),
        ("r.jsonl", b"{}\n", "no column 'text'; there are none"),
        ("r.jsonl", b"\n \r\n", "r.jsonl: is empty"),
        ("r.parquet", as_parquet([{"text": 3, "label": "keep"}]), "column 'text' holds int64"),
        ("r.parquet", b"PAR1 and so on", "r.parquet: cannot be read"),
        ("r.csv.gz", gzip.compress(PLAIN)[:-20], "r.csv.gz: damaged or cut off"),
        ("r.csv.xz", lzma.compress(PLAIN)[:-20], "r.csv.xz: damaged or cut off"),
        ("r.csv.bz2", b"no bz2 at all", "r.csv.bz2: damaged or cut off"),
        ("r.xlsx", b"PK", "no kind of table that is known here; expected a name that ends with"),
        ("r.parquet.gz", b"", "no kind of table that is known here"),
        ("r.csv", TWICE, "r.csv, row 51: id '0' is that of another review already: "),
        ("r.csv", VALID, "r.csv, row 1: split 'valid' is not test, "),
        ("r.csv", TRAIN, "the test split needs reviews of both labels"),
        ("r.csv", TEST, "r.csv, row 10: a test review without a label (6 rows)"),
        ("r.csv", as_csv(ROWS[:2]), "leave a part without one of the labels"),
        ("r.csv", ONE_FILM, "(1 groups) leave a part without one of the labels"),
    ],
)
def test_bad_input_is_told_in_a_line_and_nothing_is_written(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = put(tmp_path, name, content)
    with pytest.raises(ReelvecError) as caught:
        fetched(tmp_path, path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert [each.name for each in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"text,label\n", "r.csv: there is no review in it"),
        (b"text,label,split\na,keep,test\n", "no column 'split', which"),
    ],
)
def test_a_bad_file_before_many_is_told_and_no_thread_writes_on(
    tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / "others").mkdir()
    first = put(tmp_path, "r.csv", content)
    others = [put(tmp_path / "others", f"{number}.csv", PLAIN) for number in range(100)]
    with pytest.raises(ReelvecError, match=re.escape(message)):
        fetched(tmp_path, [str(path) for path in (first, *others)])
    assert {each.name for each in tmp_path.iterdir()} == {"r.csv", "others"}


def test_a_broken_row_is_found_by_its_line_where_cells_have_line_breaks(tmp_path: Path) -> None:
    whole = as_csv(ROWS)
    lines = whole.count(b"\n")
    path = put(tmp_path, "r.csv", whole + b"one,two,three\r\n" + whole.partition(b"\r\n")[2])
    with pytest.raises(ReelvecError, match=f"line {lines + 1}: 3 cells"):
        fetched(tmp_path, path)


def test_text_that_is_not_utf8_in_parquet_is_found(tmp_path: Path) -> None:
    offsets = pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0")
    text = pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"a\xe9")])
    pq.write_table(pa.table({"text": text, "label": ["keep", "refund"]}), tmp_path / "r.parquet")
    with pytest.raises(ReelvecError, match=r"r\.parquet: .*Invalid UTF8 sequence .*index 1"):
        fetched(tmp_path, tmp_path / "r.parquet")


@pytest.mark.parametrize("name", ["r.csv", "r.jsonl", "r.parquet"])
def test_a_cell_has_a_limit(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "LONGEST_CELL", 1_000)
    write = {"csv": as_csv, "jsonl": as_lines, "parquet": as_parquet}[name.partition(".")[2]]
    fetched(tmp_path, put(tmp_path, name, write([*ROWS, {"text": "x" * 900, "label": None}])))
    put(tmp_path, name, write([*ROWS, {"text": "x" * 3_000, "label": None}, *ROWS]))
    with pytest.raises(ReelvecError, match=r"longer than 1,000 bytes, which no review is"):
        fetched(tmp_path, tmp_path / name)


def test_files_of_other_columns_are_not_mixed(tmp_path: Path) -> None:
    put(tmp_path, "in/a.csv", as_csv(ROWS))
    put(tmp_path, "in/b.csv", as_csv(with_column("split", lambda _: "train")))
    with pytest.raises(ReelvecError, match=r"a\.csv: no column 'split', which .*b\.csv has"):
        fetched(tmp_path, tmp_path / "in")


def test_a_wrong_row_is_named_with_its_own_file(tmp_path: Path) -> None:
    put(tmp_path, "in/a.csv", as_csv(ROWS))
    put(tmp_path, "in/b.csv", line(3, b"text,maybe"))
    with pytest.raises(ReelvecError, match=r"in/b\.csv, row 2: label 'maybe'"):
        fetched(tmp_path, tmp_path / "in")
