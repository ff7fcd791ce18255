"""What the page tells of the learning curves is what the study wrote."""

import json
from pathlib import Path

import pytest

from reelvec.base.errors import ReelvecError
from reelvec.report.study_section import read_study


def test_the_study_is_read_from_its_reports_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    told = {"data": "Made up", "turn": "glove wins with up to 250", "sentences": ["It wins."]}
    (tmp_path / "curves.json").write_text(json.dumps(told))
    (tmp_path / "preprocessing.csv").write_text("lemmatize,accuracy,coverage\nTrue,0.5,0.991\n")
    study = read_study(tmp_path)
    assert (study.data, study.turn, study.sentences) == tuple(told.values())
    assert study.ablation == [
        ["Lemmatize", "Test accuracy", "GloVe knows"],
        ["yes", "50.00%", "99.10%"],
    ]
    (tmp_path / "preprocessing.csv").write_text("")
    with pytest.raises(ReelvecError, match="make studies"):
        read_study(tmp_path)
    (tmp_path / "curves.json").write_text("[]")
    with pytest.raises(ReelvecError, match="make studies"):
        read_study(tmp_path)
    (tmp_path / "curves.json").unlink()
    with pytest.raises(ReelvecError, match="make studies"):
        read_study(tmp_path)
