"""Where test reviews come from: their film, and whether their text stands elsewhere."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reelvec.base.errors import ReelvecError
from reelvec.evaluation.origins import Origins, origins_of

Row = tuple[str, int, int | None, str]
"""Split, label, film, text; ids are counted within split and label."""

rows_of_all_splits = st.lists(
    st.tuples(
        st.sampled_from(["train", "test", "unsup"]),
        st.integers(0, 1),
        st.none() | st.integers(1, 4),
        st.text("ab ", min_size=1, max_size=2),
    ),
    max_size=30,
).map(lambda rows: [("test", 0, 9, "a"), ("test", 1, None, "A"), *rows])


def write(path: Path, rows: list[Row]) -> list[int]:
    """Write the table; the id of each row comes back."""
    ids = [sum(row[:2] == each[:2] for each in rows[:place]) for place, row in enumerate(rows)]
    table = pa.table(
        {
            "split": [row[0] for row in rows],
            "review_id": pa.array(ids, pa.int32()),
            "label": pa.array([None if row[0] == "unsup" else row[1] for row in rows], pa.int8()),
            "film": pa.array([row[2] for row in rows], pa.int32()),
            "text": [row[3] for row in rows],
        }
    )
    pq.write_table(table, path)
    return ids


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=rows_of_all_splits, seed=st.integers(0, 99))
def test_origins_are_those_of_a_loop_over_all_reviews(
    tmp_path: Path, rows: list[Row], seed: int
) -> None:
    ids = write(tmp_path / "imdb.parquet", rows)
    asked = [place for place, row in enumerate(rows) if row[0] == "test"]
    asked = [asked[n] for n in np.random.default_rng(seed).permutation(len(asked))]
    found = origins_of(
        np.array([ids[place] for place in asked], np.int32),
        np.array([rows[place][1] for place in asked], np.int8),
        tmp_path / "imdb.parquet",
    )
    for n, place in enumerate(asked):
        _, _, film, text = rows[place]
        assert found.films[n] == (-1 if film is None else film)
        assert found.in_training[n] == any(row[0] == "train" and row[3] == text for row in rows)
        assert found.in_unlabelled[n] == any(row[0] == "unsup" and row[3] == text for row in rows)
        assert found.is_copy[n] == (found.in_training[n] or found.in_unlabelled[n])
    assert found.known_films == len({rows[place][2] for place in asked} - {None})


def test_origins_come_back_from_their_file_and_give_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "imdb.parquet", [("test", 0, 3, "a"), ("train", 0, 4, "a")])
    found = origins_of(np.zeros(1, np.int32), np.zeros(1, np.int8), tmp_path / "imdb.parquet")
    for name in ("one", "two"):
        found.save(tmp_path / name)
    read = Origins.load(tmp_path / "one")
    for name in Origins.__slots__:
        np.testing.assert_array_equal(getattr(read, name), getattr(found, name))
        assert getattr(read, name).dtype == getattr(found, name).dtype
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_missing_reviews_and_files_name_the_stage(tmp_path: Path) -> None:
    reviews = tmp_path / "imdb.parquet"
    one, zero = np.array([5], np.int32), np.zeros(1, np.int8)
    with pytest.raises(ReelvecError, match="not there; run `dvc repro fetch_imdb`"):
        origins_of(one, zero, reviews)
    write(reviews, [("test", 0, 3, "a")])
    with pytest.raises(ReelvecError, match="not all test reviews are there"):
        origins_of(one, zero, reviews)
    for damage in (None, b"half-written"):
        if damage:
            (tmp_path / "origins.parquet").write_bytes(damage)
        with pytest.raises(ReelvecError, match=r"origins\.parquet: .* run `dvc repro evaluate`"):
            Origins.load(tmp_path / "origins.parquet")
