"""Reviews made for `make bench-scale`, and what is said of the figures."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from benchmarks import scale
from benchmarks.cluster import scheduled
from benchmarks.scale import Measured, Sentences, growth, scale_markdown

from reelvec.evaluation.sentences import sentences_of

REVIEWS = {
    0: ["Bad acting. Bad script.", "A waste of time."],
    1: ["Great fun! I laughed. I cried.", "Lovely."],
}


@pytest.fixture
def sentences(tmp_path: Path) -> Sentences:
    texts = [text for found in REVIEWS.values() for text in found]
    table = {"split": ["train"] * 4, "label": [0, 0, 1, 1], "text": texts}
    path = tmp_path / "imdb.parquet"
    pq.write_table(pa.table(table), path)
    return Sentences(path)


def test_made_reviews_hold_sentences_of_their_own_label_and_are_the_same_each_time(
    sentences: Sentences, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scale, "BLOCK", 200)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        sentences.write(tmp_path / name, 501)
    paths = sorted((tmp_path / "one").iterdir())
    assert [path.name for path in paths] == ["00000.parquet", "00001.parquet", "00002.parquet"]
    for path in paths:
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    table = pa.concat_tables(map(pq.read_table, paths))
    assert len(table) == 501
    labels = table["label"].to_pylist()
    assert labels.count("positive") in (250, 251)
    for label, text in zip(labels, table["text"].to_pylist(), strict=True):
        own = {each for review in REVIEWS[label == "positive"] for each in sentences_of(review)}
        assert set(sentences_of(text)) <= own
        assert len(sentences_of(text)) in (1, 2, 3)
    assert set(table["split"].to_pylist()) == {"train", "test"}


def test_growth_is_told_by_stage_from_the_smallest_number_to_the_largest() -> None:
    small = Measured(1_000, "preprocess", 200_000, 2.0, 10**9, 10**6)
    large = Measured(10_000, "preprocess", 2_000_000, 10.0, 3 * 10**9, 10**7)
    (line,) = growth([large, small])
    assert line == (
        "- preprocess: 10 times the reviews took 5.0 times the seconds (0.50 a token) and 3.0 "
        "times the memory"
    )
    assert growth([small]) == []
    page = scale_markdown([small, large], "SAMPLE DATA: 9 reviews")
    assert page.startswith("SAMPLE DATA")
    assert "0.20 million" in page
    assert line in page


def test_a_schedule_is_bound_by_the_workers_or_by_who_collects() -> None:
    work, nothing = [1.0] * 8, [0.0] * 8
    assert scheduled(work, nothing, 0, 1) == 8
    assert scheduled(work, nothing, 0, 4) == 2
    assert scheduled(work, nothing, 0, 64) == 1
    assert scheduled(work, [1.0] * 8, 0, 64) == 9
    assert scheduled(work, nothing, 0.5, 64) == 5
