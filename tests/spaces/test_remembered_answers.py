"""What a space answered is used again only while space, questions and code are the same."""

from pathlib import Path

import numpy as np
import pytest

from reelvec.base.project.section import GLOVE
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.similarities import SimilarityParams
from reelvec.spaces import remembered as module
from reelvec.spaces.answers import Answers
from reelvec.spaces.keyed_vectors import keyed_vectors
from reelvec.spaces.remembered import Remembered
from reelvec.spaces.similarities import Searchable, compare_spaces

WORDS = ["good", "great", "bad", "awful", "man", "woman", "king", "queen", "film"]
PARAMS = SimilarityParams(
    spaces=("scratch", GLOVE),
    neighbors=3,
    probe_words=("good", "missing"),
    pairs=(("good", "great"), ("good", "missing")),
    analogies=(("man", "king", "woman", "queen"), ("man", "king", "woman", "missing")),
    positive_words=("good", "great"),
    negative_words=("bad", "awful"),
)
PREPROCESS = PreprocessParams(stopwords="none", lemmatize=False)


class Asked:
    """Answers as `answers_of` does, and counts how often."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 0
        answers_of = module.answers_of

        def counted(*arguments: object) -> Answers:
            self.times += 1
            return answers_of(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(module, "answers_of", counted)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    return Asked(monkeypatch)


def searchable(seed: int = 0, *, searched: int = len(WORDS)) -> Searchable:
    vectors = np.random.default_rng(seed).normal(size=(len(WORDS), 4))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return keyed_vectors(WORDS, vectors), searched


def test_what_is_remembered_is_all_that_was_answered(asked: Asked, tmp_path: Path) -> None:
    spaces = {"scratch": searchable(0)[0], GLOVE: searchable(1)[0]}
    expected = compare_spaces(spaces, PARAMS, PREPROCESS)
    for _ in range(2):
        answer = Remembered(tmp_path).answers
        assert compare_spaces(spaces, PARAMS, PREPROCESS, answer=answer) == expected
    assert asked.times == 2, "once each: here the shared words are a space's own"


def test_only_the_space_that_changed_is_asked_anew(asked: Asked, tmp_path: Path) -> None:
    for seed, times in ((1, 2), (2, 3), (2, 3)):
        spaces = {"scratch": searchable(0)[0], GLOVE: searchable(seed)[0]}
        remembered = Remembered(tmp_path)
        compare_spaces(spaces, PARAMS, PREPROCESS, answer=remembered.answers)
        remembered.forget_others()
        assert asked.times == times
        assert len([*tmp_path.iterdir()]) == 2


def test_another_word_question_form_or_code_is_asked_anew(
    asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered, forms = Remembered(tmp_path), {word: word for word in WORDS} | {"missing": None}
    remembered.answers(searchable(), forms, PARAMS, 0.95)
    remembered.answers(searchable(searched=8), forms, PARAMS, 0.95)
    remembered.answers(searchable(), {**forms, "good": "great"}, PARAMS, 0.95)
    remembered.answers(searchable(), forms, PARAMS.model_copy(update={"neighbors": 2}), 0.95)
    remembered.answers(searchable(), forms, PARAMS, 0.9)
    renamed = keyed_vectors([*WORDS[:-1], "movie"], searchable()[0].vectors), len(WORDS)
    remembered.answers(renamed, forms, PARAMS, 0.95)
    monkeypatch.setattr(module, "installed", lambda: "reelvec of another day")
    remembered.answers(searchable(), forms, PARAMS, 0.95)
    assert asked.times == 7
