"""The film reviews: from the archive, read as a stream and never unpacked, to one table."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import get_again
from reelvec.base.project.files import replacing
from reelvec.base.project.provenance import OTHER
from reelvec.base.schema.imdb import ImdbParams
from reelvec.fetch.addresses import OFFICIAL, SourceKind, kind_of, name_of
from reelvec.fetch.download import Sources
from reelvec.fetch.places import files_named
from reelvec.fetch.remote import say
from reelvec.fetch.tar_members import members_of

OFFICIAL_ADDRESS = "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz"
OFFICIAL_NAME = "aclImdb_v1.tar.gz"
OFFICIAL_SHA256 = "35dc24b205b891580b41e5627819cef45fd2558903fd89093aa79b82b42801f3"

ARCHIVE_FOLDERS = ("test/neg", "test/pos", "train/neg", "train/pos", "train/unsup")
"""Where an archive keeps reviews, in the order of the table."""

RATINGS = {"neg": range(1, 5), "pos": range(7, 11), "unsup": range(1)}
"""The ratings that the files of a folder may have; 0 stands for none."""

LABEL_OF_FOLDER = {"neg": 0, "pos": 1, "unsup": None}
LONGEST_REVIEW = 1 << 22
"""Bytes above which a file is no review: 4 MiB."""

LONGEST_LIST = 1 << 23
"""Bytes above which a file is no list of addresses: 8 MiB, three times the longest there is."""

FILM = re.compile(r"/title/tt(\d{1,9})(?:/|$)")
"""In the address of a review's film."""

ADDRESSES = re.compile(r"(?:.*/)?((?:train|test)/)urls_(pos|neg|unsup)\.txt")
"""Files with an address a line: line n is that of the review with the number n."""

IN_FOLDER = re.compile(r"(?:.*/)?(train|test)/(pos|neg|unsup)/([^/]*\.txt)")
REVIEW_NAME = re.compile(r"(0|[1-9]\d{0,8})_(0|[1-9]\d?)\.txt")

Films = dict[str, list[int | None]]
"""By folder, the film of each review by its number."""

SCHEMA = pa.schema(
    [
        ("split", pa.string()),
        ("review_id", pa.int32()),
        ("rating", pa.int8()),
        ("label", pa.int8()),
        ("film", pa.int32()),
        ("text", pa.string()),
    ]
)


GROUP = 10_000
"""Rows of a row group, which later stages read one at a time."""


class Review(NamedTuple):
    """One review; the fields are in the order that sorts the table.

    Attributes:
        folder: one of ARCHIVE_FOLDERS.
        review_id: unique within the folder only.
        rating: stars from 1 to 10; 0 in the unlabelled part.
        digest: SHA-256 of the file's bytes.
        text: the file decoded as UTF-8.
        replaced: whether bytes that are not UTF-8 became U+FFFD.
        film: the number of its film at IMDb; None where the archive does not say.
    """

    folder: str
    review_id: int
    rating: int
    digest: bytes
    text: str
    replaced: bool
    film: int | None = None

    @property
    def split(self) -> str:
        """train, test or unsup."""
        split, label = self.folder.split("/")
        return "unsup" if label == "unsup" else split

    @property
    def label(self) -> int | None:
        """1 for positive, 0 for negative, None in the unlabelled part."""
        return LABEL_OF_FOLDER[self.folder.partition("/")[2]]

    @property
    def path(self) -> str:
        """The name in the archive, from `train` or `test` on."""
        return f"{self.folder}/{self.review_id}_{self.rating}.txt"


def fetch_imdb(params: ImdbParams, table: Path, sources: Sources | None = None) -> dict[str, Any]:
    """Get the reviews, check them, and write them as one Parquet file.

    The same reviews give the same bytes, whichever archive they come from.

    Args:
        params: which archive, and the hash that its content must have.
        table: the file to write.
        sources: where files are looked for; by default as the environment says.

    Returns:
        what `reports/metrics/imdb.json` holds.

    Raises:
        ReelvecError: no source has the archive, it is damaged, or it holds other reviews.
    """
    sources = sources or Sources.from_environment()
    (source,) = params.source
    if source == OFFICIAL:
        archive = sources.fetch(OFFICIAL_NAME, OFFICIAL_ADDRESS)
    else:
        archive, *more = files_named(source, sources)
        if more:
            raise ReelvecError(f"params.yaml: imdb.source: {source}: an archive is one file")
    reviews = read_archive(archive)
    digest = content_sha256(reviews)
    _check_content(reviews, digest, archive, params)
    write_table(reviews, table)
    kind, line = _which_data(source, digest)
    return {"data": line, "source": kind, "content_sha256": digest, **statistics(reviews)}


def read_archive(path: Path) -> list[Review]:
    """Read all reviews of a .tar.gz archive in the official layout.

    Whatever folder the layout lies in, and other files, do not matter; the addresses of the films
    in `train/urls_pos.txt` and its like say which reviews are of the same film. Bytes that
    are not UTF-8 become U+FFFD, with a warning that names the first such file.

    Args:
        path: the archive.

    Returns:
        the reviews, sorted by folder and id.

    Raises:
        ReelvecError: the archive is damaged, a member points out of it, a review has an
            impossible name or occurs twice, or one of ARCHIVE_FOLDERS has none.
    """
    films: Films = {}
    with tqdm(
        _reviews_in(path, films), desc=path.name, unit=" reviews", leave=False, disable=None
    ) as all_:
        reviews = sorted(all_, key=lambda review: review[:3])
    for before, review in pairwise(reviews):
        if before[:2] == review[:2]:
            raise ReelvecError(f"{path}: {before.path} and {review.path} are the same review id")
    present = {review.folder for review in reviews}
    missing = [folder for folder in ARCHIVE_FOLDERS if folder not in present]
    if missing:
        raise ReelvecError(
            f"{path}: no reviews in {', '.join(missing)}; expected files such as "
            f"{missing[0]}/0_{RATINGS[missing[0].split('/')[1]][-1]}.txt"
        )
    replaced = [review.path for review in reviews if review.replaced]
    if replaced:
        say(
            f"warning: {path.name}: {len(replaced)} reviews are not UTF-8, the first is "
            f"{replaced[0]}; their undecodable bytes became U+FFFD"
        )
    return [review._replace(film=_film_of(review, films)) for review in reviews]


def _film_of(review: Review, films: Films) -> int | None:
    of_folder = films.get(review.folder, ())
    return of_folder[review.review_id] if review.review_id < len(of_folder) else None


def _reviews_in(path: Path, films: Films) -> Iterator[Review]:
    """The reviews as they come; what the archive says of their films is put into `films`."""
    for member in members_of(path):
        place = IN_FOLDER.fullmatch(member.name)
        # macOS puts a `._` file beside each file.
        if place and not place[3].startswith("._"):
            yield _review(place, member.read(LONGEST_REVIEW), path)
        if listed := ADDRESSES.fullmatch(member.name):
            films["".join(listed.groups())] = _films_in(member.read(LONGEST_LIST))


def _films_in(addresses: bytes) -> list[int | None]:
    """The number of the film in each line; None where a line has none."""
    lines = addresses.decode(errors="replace").splitlines()
    return [int(found[1]) if (found := FILM.search(line)) else None for line in lines]


def _review(place: re.Match[str], content: bytes, path: Path) -> Review:
    split, label, name = place.groups()
    folder = f"{split}/{label}"
    numbers = REVIEW_NAME.fullmatch(name)
    if folder not in ARCHIVE_FOLDERS or numbers is None:
        raise ReelvecError(
            f"{path}: {folder}/{name}: not the name of a review; expected one such as "
            "train/pos/12_9.txt: the folder, the number, the rating"
        )
    review_id, rating = map(int, numbers.groups())
    if rating not in RATINGS[label]:
        allowed = RATINGS[label]
        raise ReelvecError(
            f"{path}: {folder}/{name}: rating {rating} contradicts the folder; "
            f"{label} has {allowed[0]} to {allowed[-1]}"
        )
    text = content.decode(errors="replace")
    # The mark may be in the file itself, so its presence alone proves nothing.
    replaced = "\ufffd" in text and text.encode() != content
    return Review(folder, review_id, rating, hashlib.sha256(content).digest(), text, replaced)


def content_sha256(reviews: Iterable[Review]) -> str:
    """SHA-256 of the `sha256sum` listing of the reviews, sorted bytewise by path."""
    paths = sorted((review.path, review.digest.hex()) for review in reviews)
    listing = "".join(f"{digest}  {path}\n" for path, digest in paths)
    return hashlib.sha256(listing.encode()).hexdigest()


def _check_content(reviews: list[Review], digest: str, archive: Path, params: ImdbParams) -> None:
    if params.content_sha256 in (None, digest):
        return
    counts = Counter(review.folder for review in reviews)
    found = ", ".join(f"{counts[folder]:,} in {folder}" for folder in ARCHIVE_FOLDERS)
    raise ReelvecError(
        f"{archive}: not the expected reviews; their content hash is {digest}, but params.yaml, "
        f"imdb.content_sha256 says {params.content_sha256}. Found: {found}. If these are the "
        f"reviews that you want, set it to the former; otherwise {get_again('the archive')}"
    )


def write_table(reviews: list[Review], path: Path) -> None:
    """Write reviews as Parquet."""
    columns = [
        [review.split for review in reviews],
        [review.review_id for review in reviews],
        [review.rating or None for review in reviews],
        [review.label for review in reviews],
        [review.film for review in reviews],
        [review.text for review in reviews],
    ]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    save([pa.Table.from_arrays(arrays, schema=SCHEMA)], SCHEMA, path)


def save(tables: Iterable[pa.Table], schema: pa.Schema, path: Path) -> None:
    """Write tables of reviews as one, atomically; equal reviews give equal bytes.

    Args:
        tables: each of a multiple of GROUP rows, but for the last one.
        schema: theirs.
        path: the file to write.
    """
    with (
        replacing(path) as temporary,
        pq.ParquetWriter(
            temporary,
            schema,
            compression="zstd",
            compression_level=3,
            use_dictionary=["split"],
            store_schema=False,
        ) as writer,
    ):
        for table in tables:
            writer.write_table(table, row_group_size=GROUP)


def statistics(reviews: list[Review]) -> dict[str, Any]:
    """Count reviews, tokens and duplicates.

    Returns:
        `reviews` by split and label; `tokens` between white space by split; `duplicates_within`:
        reviews of a split whose text has come before in it; `duplicates_across`: distinct texts
        that occur in both splits; `empty`: reviews without a word; `not_utf8`: reviews with
        bytes that had to be replaced; `films`: how many different ones the reviews of each split
        are of.
    """
    counts = Counter(review.folder for review in reviews)
    labelled = {
        split: {label: counts[f"{split}/{label}"] for label in ("neg", "pos")}
        for split in ("train", "test")
    }
    tokens = Counter(dict.fromkeys(("train", "test", "unsup"), 0))
    texts: dict[str, Counter[bytes]] = {split: Counter() for split in tokens}
    empty = 0
    for review in reviews:
        words = len(review.text.split())
        tokens[review.split] += words
        texts[review.split][review.digest] += 1
        empty += words == 0
    return {
        "reviews": {**labelled, "unsup": counts["train/unsup"], "total": len(reviews)},
        "tokens": {**tokens, "total": tokens.total()},
        "duplicates_within": {split: seen.total() - len(seen) for split, seen in texts.items()},
        "duplicates_across": {
            f"{one}_{other}": len(texts[one].keys() & texts[other].keys())
            for one, other in combinations(texts, 2)
        },
        "empty": empty,
        "not_utf8": sum(review.replaced for review in reviews),
        "films": {
            split: len({each.film for each in reviews if each.split == split} - {None})
            for split in tokens
        },
    }


def _which_data(source: str, digest: str) -> tuple[SourceKind, str]:
    """The kind of data, and the sentence that says so to people."""
    if digest == OFFICIAL_SHA256:
        return "official", (
            "IMDb Large Movie Review Dataset v1.0: 25,000 training, 25,000 test and 50,000 "
            "unlabelled reviews"
        )
    if kind_of(source) == "sample":
        return "sample", (
            "SAMPLE DATA (generated reviews, not IMDb: the figures show that the pipeline works "
            "and nothing else)"
        )
    name = OFFICIAL_NAME if source == OFFICIAL else name_of(source)
    return "other", f"{OTHER}: {name}"
