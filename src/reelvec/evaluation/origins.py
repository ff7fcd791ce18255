"""Where each test review comes from: its film, and whether its text was there to learn from."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import run_again
from reelvec.base.project.files import replacing
from reelvec.base.project.paths import DATA

ORIGINS = DATA / "origins.parquet"

SCHEMA = pa.schema(
    [
        ("review_id", pa.int32()),
        ("label", pa.int8()),
        ("film", pa.int32()),
        ("in_training", pa.bool_()),
        ("in_unlabelled", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True)
class Origins:
    """What is known of each test review, in the row order of its predictions.

    Attributes:
        review_ids: int32 (reviews,), unique only together with the label.
        labels: int8 (reviews,), 1 positive and 0 negative.
        films: int32 (reviews,), the number of the film; -1 where nobody knows.
        in_training: bool (reviews,), whether the very same text is a training review too,
            one of those for validation among them.
        in_unlabelled: bool (reviews,), whether it is an unlabelled review too.
    """

    review_ids: NDArray[np.int32]
    labels: NDArray[np.int8]
    films: NDArray[np.int32]
    in_training: NDArray[np.bool_]
    in_unlabelled: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def known_films(self) -> int:
        """How many different films the reviews are of, as far as anybody knows."""
        return len(np.unique(self.films[self.films >= 0]))

    @property
    def is_copy(self) -> NDArray[np.bool_]:
        """Whether a model may have read the text before it was tested, bool (reviews,)."""
        return self.in_training | self.in_unlabelled

    def save(self, path: Path) -> None:
        """Write one row a review."""
        columns = [getattr(self, name) for name in self.__slots__]
        arrays = [pa.array(each, kind) for each, kind in zip(columns, SCHEMA.types, strict=True)]
        with replacing(path) as temporary:
            pq.write_table(pa.Table.from_arrays(arrays, schema=SCHEMA), temporary)

    @classmethod
    def load(cls, path: Path = ORIGINS) -> "Origins":
        """Read what `save` wrote.

        Raises:
            ReelvecError: the file is missing or is something else.
        """
        try:
            table = pq.read_table(path, columns=SCHEMA.names)
            return cls(*(table[name].to_numpy() for name in SCHEMA.names))
        except (FileNotFoundError, pa.ArrowInvalid, KeyError) as error:
            raise ReelvecError(
                f"{path}: not there or cut off ({type(error).__name__}); {run_again('evaluate')}"
            ) from None


def origins_of(review_ids: NDArray[np.int32], labels: NDArray[np.int8], reviews: Path) -> Origins:
    """Look up where test reviews come from.

    Args:
        review_ids: int32 (reviews,).
        labels: int8 (reviews,).
        reviews: `data/raw/imdb.parquet`.

    Raises:
        ReelvecError: the table is not there, or lacks one of the reviews.
    """
    try:
        table = pq.read_table(reviews, columns=["split", "review_id", "label", "film", "text"])
    except FileNotFoundError:
        raise ReelvecError(f"{reviews}: not there; {run_again('fetch_imdb')}") from None
    of_split = {
        name: table.filter(pc.field("split") == name) for name in ("train", "test", "unsup")
    }
    test = of_split["test"]
    keys = _keys(test["review_id"].to_numpy(), test["label"].to_numpy())
    wanted, order = _keys(review_ids, labels), np.argsort(keys)
    places = order[np.searchsorted(keys, wanted, sorter=order).clip(max=len(keys) - 1)]
    if not np.array_equal(keys[places], wanted):
        raise ReelvecError(
            f"{reviews}: not all test reviews are there that were predicted; run `dvc repro` so "
            "that both come from the same data"
        )
    in_training, in_unlabelled = (
        pc.is_in(test["text"], of_split[name]["text"].combine_chunks()).to_numpy()[places]
        for name in ("train", "unsup")
    )
    films = test["film"].fill_null(-1).to_numpy()[places]
    return Origins(review_ids, labels, films, in_training, in_unlabelled)


def _keys(review_ids: NDArray[np.int32], labels: NDArray[np.int8]) -> NDArray[np.int64]:
    """One number for each id and label."""
    return 2 * review_ids.astype(np.int64) + labels
