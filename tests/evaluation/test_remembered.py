"""What a model said is used again only while model, reviews and code are the same."""

from pathlib import Path

import numpy as np
import pytest
from small_baselines import ragged

from reelvec.evaluation import remembered as module
from reelvec.evaluation.remembered import Remembered, fingerprint
from reelvec.models.logits import Logits

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
