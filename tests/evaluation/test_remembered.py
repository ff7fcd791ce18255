"""What a model said is used again only while model, reviews and code are the same."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from small_baselines import STEPS, ragged

from reelvec.evaluation import remembered as module
from reelvec.evaluation.mistakes import Words
from reelvec.evaluation.remembered import Remembered, fingerprint
from reelvec.models.logits import Logits
from reelvec.text.tokenizer import Tokenizer
from reelvec.text.vocabulary import RESERVED, Vocabulary

REVIEWS = ragged([[1, 2], [], [3]])
SAID = np.array([0.5, -1.25, 1e-9])


class Asked:
    """A model that counts how often it is asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Logits:
        self.times += 1
        return SAID


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "bow"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"1")
    return folder


def test_the_same_question_is_put_once_and_answered_to_the_last_bit(
    model: Path, tmp_path: Path
) -> None:
    asked = Asked()
    for _ in range(2):
        found = Remembered(tmp_path / "kept").logits(model, fingerprint({"plain": REVIEWS}), asked)
        assert found.tobytes() == SAID.tobytes()
        assert found.dtype == SAID.dtype
    assert asked.times == 1


def test_another_model_other_reviews_or_other_code_are_asked_anew(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, asked = tmp_path / "kept", Asked()
    Remembered(kept).logits(model, fingerprint({"plain": REVIEWS}), asked)
    Remembered(kept).logits(model, fingerprint({"processed": REVIEWS}), asked)
    Remembered(kept).logits(model, fingerprint({"plain": ragged([[1, 2, 3], [], []])}), asked)
    assert asked.times == 3, "the same ids, cut elsewhere, are other reviews"
    (model / "model.safetensors").write_bytes(b"2")
    Remembered(kept).logits(model, fingerprint({"plain": REVIEWS}), asked)
    monkeypatch.setattr(module, "CODE", ("base/project",))
    Remembered(kept).logits(model, fingerprint({"plain": REVIEWS}), asked)
    assert asked.times == 5


def test_what_is_damaged_is_asked_again_and_what_is_old_is_forgotten(
    model: Path, tmp_path: Path
) -> None:
    kept, asked = tmp_path / "kept", Asked()
    Remembered(kept).logits(model, fingerprint({"plain": REVIEWS}), asked)
    (file,) = kept.iterdir()
    file.write_bytes(file.read_bytes()[:100])
    again = Remembered(kept)
    assert again.logits(model, fingerprint({"plain": REVIEWS}), asked).tolist() == SAID.tolist()
    again.logits(model, fingerprint({"processed": REVIEWS}), asked)
    again.forget_others()
    assert len([*kept.iterdir()]) == 2
    later = Remembered(kept)
    later.logits(model, fingerprint({"plain": REVIEWS}), asked)
    later.forget_others()
    assert [*kept.iterdir()] == [file]
    assert asked.times == 3


def test_words_and_answers_are_asked_anew_of_another_member_text_or_code(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, asked, member = tmp_path / "kept", Asked(), tmp_path / "member"
    member.mkdir()

    def words(texts: Sequence[str]) -> list[Words]:
        asked()
        return [(("good", 1 / 3), (text, -2.5)) for text in texts]

    def said(texts: Sequence[str]) -> tuple[list[Words], list[float]]:
        again = Remembered(kept)
        found = again.answers([model, member], lambda _: asked(), texts)
        return again.words([model, member], words, texts), found.tolist()

    for _ in range(2):
        assert said(["a", "b"]) == (words(["a", "b"]), SAID.tolist())
    assert asked.times == 4, "one answer, words once, and these twice in the assertion"
    said(["a", "b", ""])
    assert asked.times == 6
    (member / "model.safetensors").write_bytes(b"2")
    said(["a", "b"])
    assert asked.times == 8
    monkeypatch.setattr(module, "installed", lambda: "reelvec of another day")
    said(["a", "b"])
    assert asked.times == 10


def test_texts_are_encoded_as_the_vocabulary_says_that_is_there_now(tmp_path: Path) -> None:
    reviews, texts = tmp_path / "reviews", ["good film", "", "bad"]
    reviews.mkdir()
    (reviews / "preprocess.json").write_text(STEPS.model_dump_json())
    for words in (["good", "film"], ["bad", "good"]):
        counts = np.ones(4, np.int64)
        Vocabulary([*RESERVED, *words], counts, counts).save(reviews / "vocab.tsv")
        expected = Tokenizer(STEPS, [*RESERVED, *words]).encode(texts)
        for _ in range(2):
            found = Remembered(tmp_path / "kept").encoded(reviews, texts)
            assert found.ids.tolist() == expected.ids.tolist()
            assert found.offsets.tolist() == expected.offsets.tolist()
            assert found.ids.dtype == expected.ids.dtype
