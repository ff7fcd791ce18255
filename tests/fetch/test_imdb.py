"""The reviews: whatever archive serves them, the table is the same, and bad ones are refused."""

import errno
import gzip
import hashlib
import io
import json
import os
import random
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from http_server import Server, running_server

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import write_json
from reelvec.base.project.provenance import IMDB_METRICS, data_line
from reelvec.base.schema.imdb import ImdbParams
from reelvec.fetch import imdb
from reelvec.fetch.download import Sources
from reelvec.fetch.imdb import content_sha256, fetch_imdb, read_archive
from reelvec.fetch.remote import Patience
from reelvec.fetch.reviews import fetch_reviews

REPOSITORY = Path(__file__).parents[2]
REVIEWS = {
    "train/pos/0_9.txt": b"A wonderful film. I loved it.",
    "train/pos/2_10.txt": b"So good<br /><br />so good",
    "train/pos/10_7.txt": "Fine, really: naïve but “charming”".encode(),
    "train/neg/0_1.txt": b"Awful.",
    "train/neg/1_4.txt": b"Not good.",
    "test/pos/0_8.txt": b"So good<br /><br />so good",
    "test/pos/1_8.txt": b"Great",
    "test/neg/0_2.txt": b"Awful.",
    "test/neg/1_2.txt": b"Awful.",
    "train/unsup/0_0.txt": b"Awful.",
    "train/unsup/1_0.txt": b"Who knows",
}
EXTRAS = {
    "README": b"Large Movie Review Dataset",
    "imdb.vocab": b"the\nand\n",
    "imdbEr.txt": b"0.049\n",
    "train/urls_pos.txt": b"http://www.imdb.com/title/tt0453418/usercomments\n",
    "train/labeledBow.feat": b"9 0:9 1:1\n",
    "train/pos/._0_9.txt": b"\x00\x05\x16\x07",
}
Members = list[tuple[tarfile.TarInfo, bytes]]


def member(name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE) -> Any:
    info = tarfile.TarInfo(name)
    info.size, info.type = len(content), kind
    return info, content


def tar_bytes(members: Members) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def pack(
    path: Path, files: dict[str, bytes], root: str = "aclImdb/", more: Members | None = None
) -> Path:
    folders = {f"{root}{name.rpartition('/')[0]}" for name in files} - {""}
    members = [member(folder, kind=tarfile.DIRTYPE) for folder in sorted(folders)]
    members += [member(root + name, content) for name, content in files.items()]
    path.write_bytes(gzip.compress(tar_bytes(members + (more or []))))
    return path


def listing_sha256(files: dict[str, bytes]) -> str:
    """The hash that `sha256sum` over sorted paths, piped into `sha256sum`, gives."""
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def fetched(tmp_path: Path, archive: Path, files: dict[str, bytes]) -> tuple[Any, dict[str, Any]]:
    params = ImdbParams(source=str(archive), content_sha256=listing_sha256(files))
    table = tmp_path / "out" / f"{archive.name}.parquet"
    metrics = fetch_imdb(params, table, Sources(tmp_path / "cache"))
    return table, metrics


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return pack(tmp_path / "reviews.tar.gz", REVIEWS | EXTRAS)


def test_an_archive_of_ones_own_may_name_its_labels_and_go_without_a_hash(
    tmp_path: Path, archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"source": str(archive), "content_sha256": None, "tables": {"positive": "keep"}}
    params = ImdbParams.model_validate_json(json.dumps(given))
    metrics = fetch_reviews(params, tmp_path / "imdb.parquet", Sources(tmp_path / "cache"))
    assert metrics["labels"] == {"negative": "negative", "positive": "keep"}
    assert listing_sha256(REVIEWS) in capsys.readouterr().err
    _, plain = fetched(tmp_path, archive, REVIEWS)
    assert {**plain, "labels": metrics["labels"]} == metrics


def test_the_table_is_sorted_and_typed(tmp_path: Path, archive: Path) -> None:
    table = pq.read_table(fetched(tmp_path, archive, REVIEWS)[0])
    assert table.schema.remove_metadata() == pa.schema(
        {
            "split": pa.string(),
            "review_id": pa.int32(),
            "rating": pa.int8(),
            "label": pa.int8(),
            "film": pa.int32(),
            "text": pa.string(),
        }
    )
    films = table["film"].to_pylist()
    assert films == [*[None] * 6, 453418, *[None] * 4], "one line names the film of number 0"
    rows = [tuple(row.values()) for row in table.drop_columns("film").to_pylist()]
    assert rows == [
        ("test", 0, 2, 0, "Awful."),
        ("test", 1, 2, 0, "Awful."),
        ("test", 0, 8, 1, "So good<br /><br />so good"),
        ("test", 1, 8, 1, "Great"),
        ("train", 0, 1, 0, "Awful."),
        ("train", 1, 4, 0, "Not good."),
        ("train", 0, 9, 1, "A wonderful film. I loved it."),
        ("train", 2, 10, 1, "So good<br /><br />so good"),
        ("train", 10, 7, 1, "Fine, really: naïve but “charming”"),
        ("unsup", 0, None, None, "Awful."),
        ("unsup", 1, None, None, "Who knows"),
    ]


def test_statistics_count_reviews_tokens_and_duplicates(tmp_path: Path, archive: Path) -> None:
    metrics = fetched(tmp_path, archive, REVIEWS)[1]
    assert metrics["reviews"] == {
        "train": {"neg": 2, "pos": 3},
        "test": {"neg": 2, "pos": 2},
        "unsup": 2,
        "total": 11,
    }
    assert metrics["tokens"] == {"train": 19, "test": 8, "unsup": 3, "total": 30}
    assert metrics["duplicates_within"] == {"train": 0, "test": 1, "unsup": 0}
    assert metrics["duplicates_across"] == {"train_test": 2, "train_unsup": 1, "test_unsup": 1}
    assert (metrics["empty"], metrics["not_utf8"]) == (0, 0)
    assert next(iter(metrics)) == "data"


def test_the_content_hash_is_that_of_the_sorted_listing(tmp_path: Path) -> None:
    many = {f"train/pos/{number}_9.txt": b"%d" % number for number in range(0, 300, 7)}
    archive = pack(tmp_path / "many.tar.gz", REVIEWS | many)
    assert content_sha256(read_archive(archive)) == listing_sha256(REVIEWS | many)


@pytest.mark.parametrize("root", ["", "./", "aclImdb/", "a/b c/aclImdb_v1/"])
def test_the_same_reviews_give_the_same_bytes_whichever_archive_serves_them(
    tmp_path: Path, root: str
) -> None:
    names = list(REVIEWS)
    random.Random(root).shuffle(names)
    other = pack(tmp_path / "other.tar.gz", {name: REVIEWS[name] for name in names}, root)
    expected = fetched(tmp_path, pack(tmp_path / "one.tar.gz", REVIEWS), REVIEWS)[0].read_bytes()
    assert fetched(tmp_path, other, REVIEWS)[0].read_bytes() == expected


def test_films_are_told_by_the_lines_of_the_address_files_wherever_they_stand(
    tmp_path: Path,
) -> None:
    title = b"http://www.imdb.com/title/tt%07d/usercomments\n"
    addresses = {
        "train/urls_pos.txt": b"".join(title % number for number in (7, 8, 9)),
        "train/urls_neg.txt": b"http://nowhere.example/\r\n" + title % 7,
        "test/urls_neg.txt": title % 123456789,
        "train/urls_unsup.txt": b"\xff\n",
    }
    for name, files in {"first": addresses | REVIEWS, "last": REVIEWS | addresses}.items():
        reviews = read_archive(pack(tmp_path / f"{name}.tar.gz", files))
        assert {review.path: review.film for review in reviews if review.film is not None} == {
            "test/neg/0_2.txt": 123456789,
            "train/neg/1_4.txt": 7,
            "train/pos/0_9.txt": 7,
            "train/pos/2_10.txt": 9,
        }, "number 10 has no line"
    _, metrics = fetched(tmp_path, tmp_path / "last.tar.gz", REVIEWS)
    assert metrics["films"] == {"train": 2, "test": 1, "unsup": 0}


@pytest.mark.slow
def test_the_table_is_the_same_under_any_hash_seed_and_locale(
    tmp_path: Path, archive: Path
) -> None:
    expected = fetched(tmp_path, archive, REVIEWS)[0].read_bytes()
    params = (REPOSITORY / "params.yaml").read_text(encoding="utf-8")
    params = params.replace("source: official", f"source: {archive}", 1)
    params = params.replace(imdb.OFFICIAL_SHA256, listing_sha256(REVIEWS))
    for seed, locale in (("1", "C"), ("2", "tr_TR.UTF-8")):
        folder = tmp_path / seed
        folder.mkdir()
        (folder / "params.yaml").write_text(params, encoding="utf-8")
        environment = os.environ | {"PYTHONHASHSEED": seed, "LC_ALL": locale}
        stage = [sys.executable, str(REPOSITORY / "stages/fetch_imdb.py")]
        done = subprocess.run(
            stage, cwd=folder, env=environment, check=True, capture_output=True, text=True
        )
        assert "11 reviews, 30 words; 2 texts are in both train and test" in done.stdout
        assert (folder / "data/raw/imdb.parquet").read_bytes() == expected
        metrics = folder / IMDB_METRICS
        assert metrics.read_text().startswith('{\n  "data": "OTHER DATA')
        assert str(tmp_path) not in metrics.read_text()


def test_empty_and_very_long_reviews_are_kept(tmp_path: Path) -> None:
    long = b"A long review. " * 70_000
    files = REVIEWS | {"train/pos/3_9.txt": b"", "train/neg/3_2.txt": long}
    table, metrics = fetched(tmp_path, pack(tmp_path / "a.tar.gz", files), files)
    texts = pq.read_table(table)["text"].to_pylist()
    assert len(long) > 1_000_000
    assert "" in texts
    assert long.decode() in texts
    assert metrics["empty"] == 1


def test_bytes_that_are_not_utf8_are_replaced_counted_and_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = REVIEWS | {
        "train/pos/3_9.txt": "a café scene".encode("latin-1"),
        "train/pos/4_9.txt": b"cut \xe2\x82",
        "train/pos/5_9.txt": "the mark itself: \ufffd".encode(),
    }
    table, metrics = fetched(tmp_path, pack(tmp_path / "a.tar.gz", files), files)
    assert metrics["not_utf8"] == 2
    assert "2 reviews are not UTF-8, the first is train/pos/3_9.txt" in capsys.readouterr().err
    texts = pq.read_table(table)["text"].to_pylist()
    assert {"a caf\ufffd scene", "cut \ufffd", "the mark itself: \ufffd"} < set(texts)


def test_reviews_other_than_expected_are_refused_with_both_hashes(
    tmp_path: Path, archive: Path
) -> None:
    table = tmp_path / "imdb.parquet"
    params = ImdbParams(source=str(archive), content_sha256="0" * 64)
    with pytest.raises(ReelvecError) as problem:
        fetch_imdb(params, table, Sources(tmp_path))
    message = str(problem.value)
    assert f"{listing_sha256(REVIEWS)}, but params.yaml, imdb.content_sha256 says {'0' * 64}" in (
        message
    )
    assert "2 in test/neg, 2 in test/pos, 2 in train/neg, 3 in train/pos, 2 in train/unsup" in (
        message
    )
    assert not table.exists()


@pytest.mark.parametrize("change", ["text", "rating", "number", "one less", "label"])
def test_any_change_of_a_review_changes_the_content_hash(tmp_path: Path, change: str) -> None:
    files = dict(REVIEWS)
    text = files.pop("train/pos/0_9.txt")
    if change != "one less":
        changed = {
            "text": ("train/pos/0_9.txt", text + b" "),
            "rating": ("train/pos/0_8.txt", text),
            "number": ("train/pos/1_9.txt", text),
            "label": ("test/pos/7_9.txt", text),
        }
        files.update([changed[change]])
    archive = pack(tmp_path / "a.tar.gz", files)
    assert content_sha256(read_archive(archive)) != listing_sha256(REVIEWS)


@pytest.mark.parametrize("percent", [*range(5, 100, 10), 99])
def test_a_truncated_archive_is_refused_wherever_it_ends(archive: Path, percent: int) -> None:
    content = archive.read_bytes()
    archive.write_bytes(content[: len(content) * percent // 100])
    with pytest.raises(ReelvecError, match=r"not a whole \.tar\.gz archive .*delete it"):
        read_archive(archive)


def test_a_flipped_bit_is_noticed(tmp_path: Path) -> None:
    plain = tar_bytes([member(name, content) for name, content in REVIEWS.items()])
    archive = tmp_path / "a.tar.gz"
    stored = gzip.compress(plain, compresslevel=0)
    position = stored.index(b"wonderful")
    archive.write_bytes(stored[:position] + b"W" + stored[position + 1 :])
    with pytest.raises(ReelvecError, match="CRC"):
        read_archive(archive)


def test_a_damaged_header_inside_is_not_taken_for_the_end(tmp_path: Path) -> None:
    plain = bytearray(tar_bytes([member(name, content) for name, content in REVIEWS.items()]))
    plain[5 * 1024] ^= 0xFF
    archive = tmp_path / "a.tar.gz"
    archive.write_bytes(gzip.compress(plain))
    with pytest.raises(ReelvecError, match="damaged after"):
        read_archive(archive)


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>404</html>", b"PK\x03\x04 a zip", gzip.compress(b"no tar in it" * 100)],
    ids=["empty", "html", "zip", "gzip of text"],
)
def test_what_is_not_an_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    archive = tmp_path / "a.tar.gz"
    archive.write_bytes(content)
    with pytest.raises(ReelvecError, match=r"a\.tar\.gz: not a whole \.tar\.gz archive"):
        read_archive(archive)


@pytest.mark.parametrize(
    "name",
    [
        "../train/pos/1_9.txt",
        "aclImdb/../../train/pos/1_9.txt",
        "aclImdb/train/pos/..",
        "/etc/passwd",
        "..\\train\\pos\\1_9.txt",
    ],
)
def test_a_member_that_climbs_out_is_refused(tmp_path: Path, name: str) -> None:
    archive = pack(tmp_path / "a.tar.gz", REVIEWS, more=[member(name, b"x")])
    with pytest.raises(ReelvecError, match="points out of the archive"):
        read_archive(archive)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_a_member_that_is_a_link_or_a_device_is_refused(tmp_path: Path, kind: bytes) -> None:
    info, _ = member("aclImdb/train/pos/5_9.txt", kind=kind)
    info.linkname = "/etc/passwd"
    archive = pack(tmp_path / "a.tar.gz", REVIEWS, more=[(info, b"")])
    with pytest.raises(ReelvecError, match=r"'aclImdb/train/pos/5_9\.txt' is a link or a device"):
        read_archive(archive)


def test_a_member_too_large_for_memory_is_refused(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imdb, "LONGEST_REVIEW", 30)
    with pytest.raises(ReelvecError, match=r"10_7\.txt' has 39 bytes"):
        read_archive(archive)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("train/pos/12.txt", "not the name of a review"),
        ("train/pos/12_9_1.txt", "not the name of a review"),
        ("train/pos/-1_9.txt", "not the name of a review"),
        ("train/pos/012_9.txt", "not the name of a review"),
        ("train/pos/٣_9.txt", "not the name of a review"),
        ("train/pos/4294967296_9.txt", "not the name of a review"),
        ("train/pos/x_9.txt", "not the name of a review"),
        ("test/unsup/1_0.txt", "not the name of a review"),
        ("train/pos/12_4.txt", "rating 4 contradicts the folder; pos has 7 to 10"),
        ("train/pos/12_11.txt", "rating 11 contradicts"),
        ("train/neg/12_7.txt", "rating 7 contradicts the folder; neg has 1 to 4"),
        ("train/neg/12_0.txt", "rating 0 contradicts"),
        ("train/unsup/12_5.txt", "rating 5 contradicts"),
        ("train/pos/2_9.txt", "train/pos/2_9.txt and train/pos/2_10.txt are the same review"),
    ],
)
def test_a_review_whose_name_cannot_be_right_is_refused(
    tmp_path: Path, name: str, problem: str
) -> None:
    archive = pack(tmp_path / "a.tar.gz", REVIEWS | {name: b"text"})
    with pytest.raises(ReelvecError, match=problem) as raised:
        read_archive(archive)
    assert name in str(raised.value)


def test_a_review_packed_twice_is_refused(tmp_path: Path) -> None:
    twice = [member("copy/train/pos/0_9.txt", b"another text")]
    archive = pack(tmp_path / "a.tar.gz", REVIEWS, more=twice)
    with pytest.raises(ReelvecError, match="are the same review"):
        read_archive(archive)


@pytest.mark.parametrize("folder", imdb.ARCHIVE_FOLDERS)
def test_a_missing_label_is_refused(tmp_path: Path, folder: str) -> None:
    files = {name: text for name, text in REVIEWS.items() if not name.startswith(folder)}
    with pytest.raises(ReelvecError, match=f"no reviews in {folder}; expected .* {folder}/0_"):
        read_archive(pack(tmp_path / "a.tar.gz", files))


def test_a_full_disk_leaves_the_old_table_and_nothing_else(
    tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = fetched(tmp_path, archive, REVIEWS)[0]
    before = table.read_bytes()

    def disk_full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq.ParquetWriter, "write_table", disk_full)
    with pytest.raises(OSError, match="No space left"):
        fetched(tmp_path, archive, REVIEWS)
    assert [path.name for path in table.parent.iterdir()] == [table.name]
    assert table.read_bytes() == before


@pytest.fixture
def server() -> Iterator[Server]:
    with running_server() as state:
        yield state


def test_the_official_archive_is_downloaded_through_trouble_and_kept(
    tmp_path: Path, archive: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.files["data/aclImdb_v1.tar.gz"] = archive.read_bytes()
    server.failures, server.cuts = [503], [200]
    monkeypatch.setattr(imdb, "OFFICIAL_ADDRESS", f"{server.url}/data/aclImdb_v1.tar.gz")
    sources = Sources(tmp_path / "cache", None, Patience(4, 0.001, 0.001, 5))
    params = ImdbParams(content_sha256=listing_sha256(REVIEWS))
    metrics = fetch_imdb(params, tmp_path / "a.parquet", sources)
    assert metrics["data"] == "OTHER DATA (not the official IMDb reviews): aclImdb_v1.tar.gz"
    asked = len(server.requests)
    assert asked == 3
    fetch_imdb(params, tmp_path / "b.parquet", sources)
    assert len(server.requests) == asked
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_an_archive_may_be_named_by_address(tmp_path: Path, archive: Path, server: Server) -> None:
    server.files["mine.tar.gz"] = archive.read_bytes()
    source = f"{server.url}/mine.tar.gz"
    params = ImdbParams(source=source, content_sha256=listing_sha256(REVIEWS))
    metrics = fetch_imdb(params, tmp_path / "a.parquet", Sources(tmp_path / "cache"))
    assert metrics["data"] == "OTHER DATA (not the official IMDb reviews): mine.tar.gz"
    assert metrics["source"] == "other"


def test_the_sample_says_that_it_is_one(tmp_path: Path, archive: Path) -> None:
    sample = tmp_path / "data/sample/reviews.tar.gz"
    sample.parent.mkdir(parents=True)
    archive.rename(sample)
    metrics = fetched(tmp_path, sample, REVIEWS)[1]
    assert metrics["source"] == "sample"
    write_json(tmp_path / "imdb.json", metrics)
    assert data_line(tmp_path / "imdb.json").startswith("SAMPLE DATA (generated reviews")


@pytest.mark.parametrize("spoil", [Path.unlink, Path.write_bytes, Path.write_text])
def test_without_its_metrics_no_report_can_be_written(
    tmp_path: Path, spoil: Callable[..., Any]
) -> None:
    path = tmp_path / "imdb.json"
    path.touch()
    spoil(path, *{"write_bytes": [b"\xff"], "write_text": ["{}"]}.get(spoil.__name__, []))
    with pytest.raises(ReelvecError, match="run `dvc repro fetch_imdb`"):
        data_line(path)


@pytest.mark.slow
def test_the_real_reviews_have_the_known_hash_counts_and_overlap(
    tmp_path: Path, real_data: str
) -> None:
    table = tmp_path / "imdb.parquet"
    params = ImdbParams(content_sha256=imdb.OFFICIAL_SHA256)
    sources = Sources(tmp_path, real_data)
    metrics = json.loads(json.dumps(fetch_imdb(params, table, sources)))
    half = {"neg": 12_500, "pos": 12_500}
    expected = {"train": half, "test": half, "unsup": 50_000, "total": 100_000}
    assert metrics["reviews"] == expected
    assert metrics["source"] == "official"
    assert metrics["data"].startswith("IMDb Large Movie Review Dataset v1.0: 25,000 training")
    frame = pq.read_table(table).to_pandas()
    texts = {split: part["text"] for split, part in frame.groupby("split")}
    within = {split: int(texts[split].duplicated().sum()) for split in texts}
    assert metrics["duplicates_within"] == within
    overlap = len(set(texts["train"]) & set(texts["test"]))
    assert metrics["duplicates_across"]["train_test"] == overlap
