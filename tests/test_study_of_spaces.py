"""The study of all spaces: each read from where it was trained, drawn with its intervals."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from studies.embeddings.spaces import SCORES, draw_scores, preface, spaces_of_study, taught_by

from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.similarities import SimilarityParams
from reelvec.models.word_vectors import WordVectors
from reelvec.report.figures.style import as_svg
from reelvec.spaces import leads
from reelvec.spaces.answers import Similarities
from reelvec.spaces.judgements import judged_words
from reelvec.spaces.keyed_vectors import keyed_vectors
from reelvec.spaces.similarities import compare_spaces

PROJECT = Path(__file__).parents[1]
WORDS = ["good", "great", "bad", "awful", *dict.fromkeys(judged_words())]
WORDS = list(dict.fromkeys(WORDS))
SETTINGS = """\
vectors:
  cbow: {dimension: 3}
spaces: [glove, cbow, word2vec]
confidence: 0.95
"""


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leads, "DRAWS", 99)


def vectors(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(len(WORDS), 4)).astype(np.float32)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three spaces, each in the folder of its kind."""
    folders = ["data/raw/glove", "studies/embeddings/vectors/cbow", "data/word_vectors/word2vec"]
    for seed, folder in enumerate(folders):
        WordVectors(WORDS, vectors(seed)).save(tmp_path / folder)
    (tmp_path / "studies/embeddings/params.yaml").write_text(SETTINGS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def compared(spaces: dict[str, KeyedVectors]) -> Similarities:
    params = SimilarityParams(
        spaces=tuple(spaces),
        probe_words=("good",),
        pairs=(),
        analogies=(),
        positive_words=("good", "great"),
        negative_words=("bad", "awful"),
    )
    return compare_spaces(spaces, params, PreprocessParams(stopwords="none"))


def test_each_space_is_read_from_where_it_was_trained(project: Path) -> None:
    found = spaces_of_study()
    assert list(found) == ["glove", "cbow", "word2vec"]
    for seed, space in enumerate(found.values()):
        np.testing.assert_array_equal(space.vectors, vectors(seed))
    shutil.rmtree(project / "data/word_vectors")
    with pytest.raises(Exception, match="dvc repro train@word2vec"):
        spaces_of_study()


def test_what_a_space_was_learned_from_is_said_by_where_it_lies(project: Path) -> None:
    assert taught_by("glove") == "other texts than reviews"
    assert taught_by("cbow") == taught_by("word2vec") == "texts of reviews"
    shutil.rmtree(project / "data/word_vectors/word2vec")
    assert taught_by("word2vec") == "labels of reviews"


@pytest.mark.usefixtures("project")
def test_the_preface_has_the_picture_and_a_row_for_each_space() -> None:
    picture, table = preface(compared(spaces_of_study()))
    assert picture.endswith("(spaces.png)")
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in table.splitlines()[2:]]
    assert rows[1] == ["cbow", f"{len(WORDS):,}", "4", "texts of reviews"]
    assert len(rows) == 3


def test_the_picture_shows_each_figure_with_its_interval() -> None:
    spaces = {name: keyed_vectors(WORDS, vectors(seed)) for seed, name in enumerate("abc")}
    answers = compared(spaces).shared
    figure = draw_scores(answers, 0.95, "SAMPLE DATA")
    assert figure.get_suptitle().splitlines()[0] == "SAMPLE DATA"
    assert [axes.get_title() for axes in figure.axes] == list(SCORES.values())
    for axes, score in zip(figure.axes, SCORES, strict=True):
        dots = {
            line.get_ydata()[0]: line.get_xdata()[0]
            for line in axes.lines[::-1]
            if len(line.get_xdata()) == 1
        }
        bars = {
            line.get_ydata()[0]: tuple(line.get_xdata())
            for line in axes.lines
            if len(line.get_xdata()) == 2
        }
        known = [each.scores for each in answers.values()]
        expected = {n: scores[score] for n, scores in enumerate(known) if scores[score] is not None}
        assert dots == pytest.approx(expected)
        assert bars == {
            n: pytest.approx((scores[f"{score}_low"], scores[f"{score}_high"]))
            for n, scores in enumerate(known)
            if scores.get(f"{score}_low") is not None
        }
    assert figure.axes[1].lines, "WordSim is known to all"
    again = draw_scores(answers, 0.95, "SAMPLE DATA")
    assert as_svg(figure) == as_svg(again)
