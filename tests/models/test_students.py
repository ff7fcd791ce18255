"""Students: what params.yaml may say of them."""

from typing import Any

import pytest
from pydantic import ValidationError

from reelvec.base.errors import ReelvecError
from reelvec.base.project.params_file import read_yaml
from reelvec.base.project.paths import PARAMS
from reelvec.base.schema.students import StudentParams
from reelvec.base.schema.whole import check_whole


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


def test_a_student_has_a_name_of_its_own_and_may_be_a_member() -> None:
    raw = whole()
    raw["students"]["scratch"] = raw["students"]["student"]
    with pytest.raises(ReelvecError, match=r"students\.scratch: variants has this name already"):
        check_whole(raw)
    raw = whole()
    raw["ensembles"] = {"two": {"members": ["student", "scratch"]}}
    assert check_whole(raw).models[-2:] == ["student", "two"]


def test_a_student_does_not_teach_itself() -> None:
    with pytest.raises(ValidationError, match="drop `self_training`"):
        StudentParams(dimension=2, teachers=("scratch",), self_training=True)


def test_beside_its_weights_a_student_is_a_variant() -> None:
    student = StudentParams(dimension=2, teachers=("scratch",), encoder="max")
    assert student.variant.model_dump() == {
        key: value for key, value in student.model_dump().items() if key != "teachers"
    }
