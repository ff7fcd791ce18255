"""The question's answers are what the reports say, and each has its picture."""

import json
from pathlib import Path
from typing import Any

import pytest

from reelvec.base.errors import ReelvecError
from reelvec.report.question import (
    CURVES,
    FEATURES,
    LENGTHS,
    SHORT_JUDGEMENTS,
    SIMILARITIES,
    SPACES,
    answers,
    question_markdown,
)

REPOSITORY = Path(__file__).parents[2]


def write(path: Path, value: Any, picture: Path | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")
    if picture is not None:
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.with_suffix(".svg").write_text("<svg/>")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with all figures."""
    studied = {"data": "Real", "short": ["Short."], "sentences": ["Short.", "Long."]}
    write(tmp_path / FEATURES.with_suffix(".json"), studied, tmp_path / FEATURES)
    few = {"data": "Real", "short": ["Few."], "advice": ["With 20 labels: this."]}
    write(tmp_path / CURVES.with_suffix(".json"), few, tmp_path / CURVES)
    found = ["king: queen.", "Of the 7 analogy questions: 3.", "WordSim-353: all."]
    write(tmp_path / SIMILARITIES, {"findings": found}, tmp_path / "reports/figures/words")
    accuracy = {"value": 0.75, "low": 0.7, "high": 0.8}
    scored = {"best": {"accuracy": accuracy, "words": 9.6, "texts": 1000}}
    told = {"default": "best", "excerpts": {"first sentence": scored, "last two sentences": scored}}
    write(tmp_path / LENGTHS, told, tmp_path / "reports/figures/lengths")
    counts = {"best": {"unseen": {"all": {"cases": 30, "passed": 28}}}}
    write(tmp_path / SHORT_JUDGEMENTS, counts)
    return tmp_path


def test_all_four_answers_are_read_and_say_what_the_figures_say(root: Path) -> None:
    features, labels, spaces, short = answers(root)
    assert (features.short, features.more) == (["Short."], ["Long."])
    assert labels.more == ["With 20 labels: this."]
    assert spaces.short == ["Of the 7 analogy questions: 3.", "WordSim-353: all."]
    assert spaces.more == ["king: queen."]
    assert short.short == [
        "best is right about 75.0% (70.0% to 80.0%) of first sentences (10 words on average), "
        "75.0% (70.0% to 80.0%) of last two sentences (10 words on average): 1,000 test reviews, "
        "cut.",
        "Of 30 short plain judgements that were written before any model was asked, it is right "
        "about 28.",
    ]


def test_the_study_of_spaces_goes_before_the_pipelines_own(root: Path) -> None:
    write(root / SPACES.with_suffix(".json"), {"data": "Real", "answers": ["All."]}, root / SPACES)
    spaces = answers(root)[2]
    assert (spaces.short, spaces.picture) == (["All."], SPACES)


def test_of_a_persons_own_reviews_the_studies_say_nothing(root: Path) -> None:
    write(root / SPACES.with_suffix(".json"), {"data": "Real", "answers": ["All."]}, root / SPACES)
    spaces, short = answers(root, studied=False)
    assert spaces.short == ["Of the 7 analogy questions: 3.", "WordSim-353: all."]
    assert short.name == "short"


def test_what_was_not_measured_or_drawn_is_not_said(root: Path) -> None:
    (root / FEATURES.with_suffix(".svg")).unlink()
    (root / LENGTHS).unlink()
    write(root / SIMILARITIES, {"spaces": {}})
    assert [each.name for each in answers(root)] == ["labels"]
    assert answers(root / "nowhere") == []


def test_a_damaged_file_is_named(root: Path) -> None:
    write(root / CURVES.with_suffix(".json"), {"data": "Real"})
    with pytest.raises(ReelvecError, match=r"curves\.json: damaged.*make studies"):
        answers(root)


def test_the_readme_has_a_sentence_a_picture_and_a_link_for_each(root: Path) -> None:
    text = question_markdown(answers(root))
    assert text.count("### ") == text.count("![") == text.count("([more](") == 4
    assert "(studies/embeddings/reports/features.png)" in text


def test_the_committed_studies_have_answers_and_their_pictures_and_reports_are_in_git() -> None:
    found = {each.name: each for each in answers(REPOSITORY)}
    assert {"features", "labels"} <= set(found)
    for each in found.values():
        assert each.short
        assert (REPOSITORY / each.picture.with_suffix(".png")).is_file()
        assert (REPOSITORY / each.source).is_file()
