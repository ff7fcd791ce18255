"""The reviews, from wherever the parameters say: an archive in the official layout, or tables."""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import listed, shortened
from reelvec.base.project.files import folder_beside, sha256_of
from reelvec.base.project.provenance import OTHER
from reelvec.base.schema.imdb import ImdbParams, TableParams
from reelvec.fetch.addresses import OFFICIAL, name_of
from reelvec.fetch.division import bound_together, held_out
from reelvec.fetch.download import Sources
from reelvec.fetch.imdb import GROUP, SCHEMA, fetch_imdb, save
from reelvec.fetch.places import files_named
from reelvec.fetch.remote import say
from reelvec.fetch.tables import Rows, is_table, read_tables

SPLITS = ("test", "train", "unsup")
"""In the order of the table."""

ARCHIVES = (".tar.gz", ".tgz")


def fetch_reviews(
    params: ImdbParams, table: Path, sources: Sources | None = None
) -> dict[str, Any]:
    """Get the reviews, check them, and write them as one Parquet file.

    Args:
        params: which files, how to read them, and the hash that their content must have.
        table: the file to write; reviews that have an `id` keep it in a column of this name.
        sources: where files are looked for; by default as the environment says.

    Returns:
        what `reports/metrics/imdb.json` holds.

    Raises:
        ReelvecError: a file is not there, damaged, or not as `read_tables` wants it; labels,
            splits or ids make no sense; the content is another one.
    """
    sources = sources or Sources.from_environment()
    if params.source == (OFFICIAL,) or _is_archive(params.source):
        metrics = fetch_imdb(params, table, sources)
        if params.tables is not None:
            metrics["labels"] = _label_names(params.tables)
    else:
        files = [
            path for source in params.source for path in files_named(source, sources, is_table)
        ]
        metrics = fetch_tables(files, params, table)
    if params.content_sha256 is None:
        say(
            f"the content hash is {metrics['content_sha256']}: with it as imdb.content_sha256 no "
            "change of the reviews goes unnoticed"
        )
    return metrics


def _is_archive(source: Sequence[str]) -> bool:
    return len(source) == 1 and name_of(source[0]).lower().endswith(ARCHIVES)


def fetch_tables(files: Sequence[Path], params: ImdbParams, table: Path) -> dict[str, Any]:
    """Read reviews from tables and write them as `fetch_imdb` does.

    Args:
        files: the tables, on this machine.
        params: how to read them, and the hash that their content must have.
        table: the file to write.

    Returns:
        what `reports/metrics/imdb.json` holds.

    Raises:
        ReelvecError: as for `fetch_reviews`.
    """
    digest = _content_sha256(files)
    if params.content_sha256 not in (None, digest):
        raise ReelvecError(
            f"{listed([*map(str, files)])}: not the expected reviews; their content hash is "
            f"{digest}, but params.yaml, imdb.content_sha256 says {params.content_sha256}. If "
            "these are the reviews that you want, set it to the former"
        )
    reading = params.tables or TableParams()
    with folder_beside(table) as folder:
        rows = read_tables(files, folder)
        label, film = _labels(rows, reading), _films(rows)
        split = _splits(rows, label, film, reading)
        label = np.where(split == SPLITS.index("unsup"), -1, label).astype(np.int8)
        if "id" in rows.table.column_names:
            _check_ids(rows)
        save(_groups(rows, split, label, film), _schema(rows), table)
    labels = _label_names(reading)
    figures = _statistics(rows, split, label, film)
    return {
        "data": _data_line(files, figures["reviews"], labels),
        "source": "other",
        "content_sha256": digest,
        "labels": labels,
        **figures,
    }


def _label_names(params: TableParams) -> dict[str, str]:
    return {"negative": params.negative, "positive": params.positive}


def _content_sha256(files: Sequence[Path]) -> str:
    """What `sha256sum` says of one file; of several the SHA-256 of its list, without folders."""
    digests = [(sha256_of(path), path.name) for path in files]
    listing = "".join(f"{digest}  {name}\n" for digest, name in digests)
    return digests[0][0] if len(digests) == 1 else hashlib.sha256(listing.encode()).hexdigest()


def _schema(rows: Rows) -> pa.Schema:
    """That of the table of reviews, with a column `id` where the rows have one."""
    ids = [name for name in rows.table.column_names if name == "id"]
    long = [pa.field(name, pa.large_string()) for name in ("text", *ids)]
    return pa.schema([field for field in SCHEMA if field.name != "text"] + long)


def _groups(
    rows: Rows, split: NDArray[np.int8], label: NDArray[np.int8], film: NDArray[np.int32]
) -> Iterator[pa.Table]:
    """The table of reviews, a row group at a time."""
    schema = _schema(rows)
    order, start = np.lexsort((label, split)), 0
    for texts in rows.texts.in_order(order, GROUP):
        chosen = order[start : start + len(texts)]
        start += len(texts)
        columns = {
            "split": pa.array(SPLITS).take(pa.array(split[chosen])),
            "review_id": pa.array(chosen + 1, pa.int32()),
            "rating": pa.nulls(len(chosen), pa.int8()),
            "label": pa.array(label[chosen], pa.int8(), mask=label[chosen] < 0),
            "film": pa.array(film[chosen], pa.int32(), mask=film[chosen] < 0),
            "text": texts,
        }
        if "id" in schema.names:
            columns["id"] = rows.table["id"].take(pa.array(chosen))
        yield pa.table(columns, schema=schema)


def _labels(rows: Rows, params: TableParams) -> NDArray[np.int8]:
    """0, 1, or -1 where there is none: int8 (rows,)."""
    names = (params.negative, params.positive)
    column = rows.table["label"]
    if params.unlabelled is not None:
        none = pa.scalar(None, column.type)
        column = pc.if_else(pc.equal(column, params.unlabelled), none, column)
    found = _positions(column, names)
    wrong = np.flatnonzero((found < 0) & column.is_valid().to_numpy())
    if len(wrong):
        value = shortened(column[wrong[0]].as_py())
        raise ReelvecError(
            f"{rows.place(wrong[0])}: label {value} is neither {names[0]!r} nor {names[1]!r}, "
            "which params.yaml, imdb.tables says are negative and positive (rows with another "
            f"label: {len(wrong):,}); an unlabelled review has an empty cell"
        )
    for number, name in enumerate(names):
        if not (found == number).any():
            raise ReelvecError(
                f"{rows.files[0]}: no review has the label {name!r} (params.yaml, imdb.tables); "
                "two are needed to tell apart"
            )
    return found.astype(np.int8)


def _films(rows: Rows) -> NDArray[np.int32]:
    """The number of each row's film, as they come, -1 where nobody knows: int32 (rows,)."""
    if "film" not in rows.table.column_names:
        return np.full(len(rows.table), -1, np.int32)
    film = rows.table["film"]
    return _positions(film, film.drop_null().unique())


def _positions(column: pa.ChunkedArray, values: Any) -> NDArray[np.int32]:
    """Where each cell stands among values, -1 for none: int32 (rows,)."""
    known = pa.array(values, pa.large_string())
    found: NDArray[np.int32] = pc.fill_null(pc.index_in(column, known), -1).to_numpy()
    return found


def _splits(
    rows: Rows, label: NDArray[np.int8], film: NDArray[np.int32], params: TableParams
) -> NDArray[np.int8]:
    """The position of each row's split in SPLITS, int8 (rows,)."""
    test, train, unsup = range(len(SPLITS))
    if "split" not in rows.table.column_names or params.splits is None:
        found = np.full(len(label), unsup, np.int8)
        labelled = np.flatnonzero(label >= 0)
        # A text that stands twice would be learned by heart, and tested.
        groups = bound_together(rows.texts.numbers[labelled], film[labelled])
        drawn = held_out(label[labelled], groups, params.test_fraction, params.seed)
        found[labelled] = np.where(drawn, test, train)
        return found
    names = params.splits
    column, known = rows.table["split"], (*names.test, *names.train, *names.unsup)
    sizes = [len(names.test), len(names.train), len(names.unsup)]
    place = _positions(column, known)
    wrong = np.flatnonzero(place < 0)
    if len(wrong):
        raise ReelvecError(
            f"{rows.place(wrong[0])}: split {shortened(column[wrong[0]].as_py())} is not "
            f"{listed(known)}; imdb.tables.splits of params.yaml says what your names mean, and "
            "null divides the reviews anew"
        )
    found = np.repeat(np.arange(len(SPLITS), dtype=np.int8), sizes)[place]
    nothing = np.flatnonzero((found == test) & (label < 0))
    if len(nothing):
        raise ReelvecError(
            f"{rows.place(nothing[0])}: a test review without a label ({len(nothing):,} rows); "
            "nothing can be tested on it: leave it out, or let its split be unsup"
        )
    for split in (test, train):
        if len(np.unique(label[(found == split) & (label >= 0)])) < 2:
            raise ReelvecError(
                f"{rows.files[0]}: the {SPLITS[split]} split needs reviews of both labels; "
                "imdb.tables.splits: null (params.yaml) divides the reviews anew"
            )
    return np.where(label < 0, unsup, found)


def _check_ids(rows: Rows) -> None:
    ids = rows.table["id"].drop_null().value_counts()
    several = ids.filter(pc.greater(ids.field("counts"), 1))
    if len(several):
        name = several[0]["values"]
        places = np.flatnonzero(pc.equal(rows.table["id"], name).to_numpy(zero_copy_only=False))
        raise ReelvecError(
            f"{rows.place(places[1])}: id {name.as_py()!r} is that of another review already: "
            f"{rows.place(places[0])}"
        )


def _statistics(
    rows: Rows, split: NDArray[np.int8], label: NDArray[np.int8], film: NDArray[np.int32]
) -> dict[str, Any]:
    """What `imdb.statistics` counts in an archive."""
    parts = {name: split == SPLITS.index(name) for name in ("train", "test", "unsup")}
    texts = {name: np.unique(rows.texts.numbers[part]) for name, part in parts.items()}
    words = {name: int(rows.texts.words[part].sum()) for name, part in parts.items()}
    labels = {
        name: {
            kind: int((label[parts[name]] == number).sum())
            for number, kind in enumerate(("neg", "pos"))
        }
        for name in ("train", "test")
    }
    return {
        "reviews": {**labels, "unsup": int(parts["unsup"].sum()), "total": len(split)},
        "tokens": {**words, "total": sum(words.values())},
        "duplicates_within": {
            name: int(part.sum()) - len(texts[name]) for name, part in parts.items()
        },
        "duplicates_across": {
            f"{one}_{other}": len(np.intersect1d(texts[one], texts[other], assume_unique=True))
            for one, other in combinations(texts, 2)
        },
        "empty": rows.texts.empty,
        "not_utf8": 0,
        "films": {name: len(np.unique(film[part & (film >= 0)])) for name, part in parts.items()},
    }


def _data_line(files: Sequence[Path], counts: dict[str, Any], labels: dict[str, str]) -> str:
    names = files[0].name if len(files) == 1 else f"{len(files)} files, {files[0].name} the first"
    training, test = (sum(counts[split].values()) for split in ("train", "test"))
    return (
        f"{OTHER}: {names}: {training:,} training, {test:,} test and {counts['unsup']:,} "
        f"unlabelled reviews, labelled {labels['negative']} or {labels['positive']}"
    )
