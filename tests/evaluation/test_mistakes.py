"""The surest mistakes: the right reviews, kept on disk, shown and not obeyed."""

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelvec.base.errors import ReelvecError
from reelvec.evaluation.mistakes import (
    WORDS_SHOWN,
    Mistake,
    explained,
    find_mistakes,
    load_mistakes,
    mistakes_markdown,
    save_mistakes,
)
from reelvec.evaluation.predictions import Predictions


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    """Three test reviews, two of them with the same id, and a training review with it too."""
    table = pa.table(
        {
            "split": ["test", "test", "test", "train"],
            "review_id": pa.array([0, 1, 1, 1], pa.int32()),
            "rating": pa.array([1, 2, 10, 9], pa.int8()),
            "label": pa.array([0, 0, 1, 1], pa.int8()),
            "text": ["zero", "<script>alert(1)</script> & more", "Good.<br /><br />Or not", "x"],
        }
    )
    pq.write_table(table, tmp_path / "imdb.parquet")
    return tmp_path / "imdb.parquet"


def wrong_about_two() -> Predictions:
    return Predictions(
        np.array([0, 1, 1], np.int32), np.array([0, 0, 1], np.int8), np.array([0.1, 0.9, 0.01])
    )


def mistakes_of(predictions: Predictions, reviews: Path) -> list[Mistake]:
    return find_mistakes({"bow": predictions}, reviews, 10)["bow"]


def test_mistakes_have_the_text_of_their_label_and_id(reviews: Path) -> None:
    found = mistakes_of(wrong_about_two(), reviews)
    assert [mistake.path for mistake in found] == ["test/pos/1_10.txt", "test/neg/1_2.txt"]
    assert found[0].paragraphs == ["Good.", "Or not"]
    assert found[0].verdict() == "positive, taken for negative (P(positive) = 0.0100)"
    assert find_mistakes({"bow": wrong_about_two()}, reviews, 0) == {"bow": []}


def test_a_review_that_is_not_in_the_raw_data_is_an_error(reviews: Path, tmp_path: Path) -> None:
    known = wrong_about_two()
    unknown = Predictions(known.review_ids + np.int32(5), known.labels, known.probabilities)
    with pytest.raises(ReelvecError, match="no test review with label 1 and id 6"):
        mistakes_of(unknown, reviews)
    with pytest.raises(ReelvecError, match="dvc repro fetch_imdb"):
        mistakes_of(known, tmp_path / "none.parquet")


def test_markdown_shows_a_review_and_obeys_nothing_in_it(reviews: Path) -> None:
    text = mistakes_markdown("bow", mistakes_of(wrong_about_two(), reviews), "SAMPLE DATA")
    assert text.splitlines()[0] == "SAMPLE DATA"
    assert "<script>" not in text
    assert "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; more</p>" in text


def test_no_blank_line_of_a_review_ends_its_block() -> None:
    mistake = Mistake(1, 1, 9, 0.1, "one\n\n# two\n\n\n- three<BR/>four\r\n \n<br>")
    text = mistakes_markdown("bow", [mistake], "data")
    block = text[text.index("<blockquote>") : text.index("</blockquote>")]
    assert block.split("\n")[1:-1] == [
        "<p>one</p>",
        "<p># two</p>",
        "<p>- three</p>",
        "<p>four</p>",
    ]


@given(
    st.text("a <br/>BR\n\t\x1c\u2028\xa0", max_size=30)
    | st.lists(
        st.sampled_from(["<br>", "<BR />", "<br\n/>", "<br", " ", "\n", "a", ">", "\r"])
    ).map("".join)
)
def test_paragraphs_are_cut_where_they_always_were(text: str) -> None:
    """By a pattern that took quadratic time, for the same result."""
    slow = re.compile(r"(?:\s*<br\s*/?>\s*)+|\s*\n\s*", re.IGNORECASE)
    expected = [part.strip() for part in slow.split(text) if part.strip()]
    assert Mistake(1, 1, 9, 0.1, text).paragraphs == expected


def test_no_mistakes_are_said_to_be_none() -> None:
    assert "There are none to show." in mistakes_markdown("bow", [], "data")


def test_mistakes_come_back_from_their_file_with_the_words_that_decided(
    reviews: Path, tmp_path: Path
) -> None:
    decided = tuple((f"w{place}", 1 - place / 4) for place in range(WORDS_SHOWN + 1))
    found = explained(mistakes_of(wrong_about_two(), reviews), lambda _: [decided, ()])
    save_mistakes(tmp_path / "bow.json", found)
    assert load_mistakes(tmp_path / "bow.json") == found
    assert [mistake.words for mistake in found] == [decided[:WORDS_SHOWN], ()]


@pytest.mark.parametrize("content", [b"", b"{}", b'[{"review_id": 1}]', b"\xff", None])
def test_damaged_or_missing_mistakes_say_how_to_make_them(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "bow.json").write_bytes(content)
    with pytest.raises(ReelvecError, match=r"bow\.json: not there or damaged .*dvc repro evaluate"):
        load_mistakes(tmp_path / "bow.json")
