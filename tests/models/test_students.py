"""Students: what params.yaml may say of them, and where they are found."""

from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from small_project import STEPS

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import write_json
from reelvec.base.project.params_file import read_yaml
from reelvec.base.project.paths import PARAMS
from reelvec.base.schema.students import StudentParams
from reelvec.base.schema.variants import VariantParams
from reelvec.base.schema.whole import check_whole
from reelvec.evaluation.results import Results
from reelvec.models.classifier import Classifier
from reelvec.models.load import load_model
from reelvec.models.predictor import Predictor
from reelvec.text.tokenizer import Tokenizer


def whole(**changes: Any) -> dict[str, Any]:
    raw = read_yaml(PARAMS)
    raw["students"] = {"student": {**raw["students"]["student"], **changes}}
    return raw


def test_teachers_are_variants_and_baselines_that_are_there() -> None:
    with pytest.raises(ReelvecError, match=r"students\.student\.teachers: 'nagrams' is not known"):
        check_whole(whole(teachers=["nagrams"]))
    with pytest.raises(ReelvecError, match=r"students\.student\.teachers: 'best' is not known"):
        check_whole(whole(teachers=["best"]))
    with pytest.raises(ReelvecError, match="teachers"):
        check_whole(whole(teachers=[]))
    silent = r"teachers: one_hot keeps nothing of .*; set baselines\.one_hot\.teaches: true"
    with pytest.raises(ReelvecError, match=silent):
        check_whole(whole(teachers=["ngrams", "one_hot"]))


def test_a_student_has_a_name_of_its_own_and_may_be_a_member() -> None:
    raw = whole()
    raw["students"]["scratch"] = raw["students"]["student"]
    with pytest.raises(ReelvecError, match=r"students\.scratch: variants has this name already"):
        check_whole(raw)
    raw = whole()
    raw["ensembles"] = {"two": {"members": ["student", "scratch"]}}
    assert check_whole(raw).models[-2:] == ["student", "two"]


@pytest.mark.parametrize("name", ["glove", "naive_bayes", "random"])
def test_vectors_of_our_own_have_a_name_of_their_own(name: str) -> None:
    raw = whole()
    raw["word_vectors"][name] = raw["word_vectors"]["word2vec"]
    with pytest.raises(ReelvecError, match=rf"word_vectors\.{name}: this name means vectors"):
        check_whole(raw)


def test_a_student_does_not_teach_itself() -> None:
    with pytest.raises(ValidationError, match="drop `self_training`"):
        StudentParams(dimension=2, teachers=("scratch",), self_training=True)
    with pytest.raises(ValidationError, match="drop `teaches`"):
        StudentParams(dimension=2, teachers=("scratch",), teaches=True)


def test_beside_its_weights_a_student_is_a_variant() -> None:
    student = StudentParams(dimension=2, teachers=("scratch",), encoder="max")
    assert student.variant.model_dump() == {
        key: value for key, value in student.model_dump().items() if key != "teachers"
    }


def test_a_student_is_found_by_its_name_beside_the_other_kinds(tmp_path: Path) -> None:
    params = VariantParams(dimension=2)
    vocabulary = ["<pad>", "<unk>", "good", "bad"]
    model = Classifier(params, len(vocabulary), 2, torch.ones(len(vocabulary), 2)).eval()
    student = Predictor("student", params, Tokenizer(STEPS, vocabulary), model)
    student.save(tmp_path / "data/students/student")
    write_json(
        tmp_path / "reports/metrics/train_students.json", {"student": {"valid_accuracy": 0.9}}
    )
    loaded = load_model("student", tmp_path)
    assert loaded.logits(["good"]).tolist() == student.logits(["good"]).tolist()
    results = Results(tmp_path)
    assert results.models == ["student"]
    assert results.valid_accuracy("student") == 0.9
