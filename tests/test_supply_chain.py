"""What is installed and what CI runs is named by its hash; what is read as data can run nothing."""

import re
import runpy
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from ruamel.yaml import YAML

PROJECT = Path(__file__).parents[1]
HASHED = ("requirements.lock", "requirements-dev.lock", ".ci/tools.lock", ".ci/fuzz.lock")
WORKFLOWS = sorted((PROJECT / ".github/workflows").glob("*.yml"))


def pins(lock: str) -> dict[str, tuple[str, int]]:
    """The version of each package in a lock, and how many hashes it has."""
    text = (PROJECT / lock).read_text(encoding="utf-8")
    found = re.findall(r"^([a-z0-9-]+)==(\S+)(.*\n(?:    --hash=.*\n)*)", text, re.MULTILINE)
    return {
        name: (version, len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", rest)))
        for name, version, rest in found
    }


def steps(workflow: Path) -> list[dict[str, Any]]:
    jobs = YAML(typ="safe").load(workflow)["jobs"].values()
    return [step for job in jobs for step in job["steps"]]


@pytest.mark.parametrize("lock", HASHED)
def test_each_package_of_a_lock_has_its_hashes(lock: str) -> None:
    assert [name for name, (_, hashes) in pins(lock).items() if not hashes] == []
    lines = (PROJECT / lock).read_text(encoding="utf-8").splitlines()
    assert len(pins(lock)) == sum("==" in line and not line.startswith(" ") for line in lines)


def test_torch_alone_has_a_lock_without_hashes() -> None:
    """Its builds, and the packages that these bring along, differ from index to index."""
    assert set(pins("requirements-torch.lock")) == {"torch"}
    own = re.compile(r"torch$|nvidia-|cuda-|triton")
    assert [name for lock in HASHED for name in pins(lock) if own.match(name)] == []


def test_the_locks_have_what_pyproject_asks_for() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    run = pins("requirements.lock") | pins("requirements-torch.lock")
    dev = pins("requirements-dev.lock")
    assert run.keys().isdisjoint(dev)
    for asked, locked in (
        (project["dependencies"], run),
        (project["optional-dependencies"]["dev"], run | dev),
    ):
        for requirement in map(Requirement, asked):
            version, _ = locked[requirement.name.replace(".", "-")]
            assert requirement.specifier.contains(version), f"{requirement}: {version} is locked"


def test_make_lets_pip_compare_the_hashes() -> None:
    command = ["make", "--dry-run", "--always-make", "dev", ".venv/tools/.installed", "fuzz"]
    plan = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout
    installs = [line for line in plan.replace("\\\n", " ").splitlines() if "pip install" in line]
    for lock in HASHED:
        (line,) = (line for line in installs if line.endswith(f"-r {lock}"))
        assert "--require-hashes" in line
    assert [line for line in installs if "--editable" in line and "--no-deps" not in line] == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_takes_actions_by_commit_and_may_read_alone(workflow: Path) -> None:
    text = workflow.read_text(encoding="utf-8")
    whole = YAML(typ="safe").load(text)
    assert whole["permissions"] == {"contents": "read"}
    assert "concurrency" in whole
    assert [name for name, job in whole["jobs"].items() if "timeout-minutes" not in job] == []
    used = re.findall(r"uses: (.*)", text)
    pinned = re.compile(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert [action for action in used if not pinned.fullmatch(action)] == []
    checkouts = [step for step in steps(workflow) if "actions/checkout@" in step.get("uses", "")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_an_action_is_of_one_version_in_all_workflows() -> None:
    used = {step["uses"] for workflow in WORKFLOWS for step in steps(workflow) if "uses" in step}
    assert len(used) == len({action.partition("@")[0] for action in used})


@pytest.fixture(scope="module")
def is_allowed() -> Callable[[str], bool]:
    return runpy.run_path(str(PROJECT / ".ci/licences.py"))["is_allowed"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "licence", ["MIT", "Apache 2.0", "MPL-2.0 AND (Apache-2.0 OR MIT)", "GPL-3.0-only OR MIT"]
)
def test_a_licence_that_asks_for_a_notice_is_allowed(
    licence: str, is_allowed: Callable[[str], bool]
) -> None:
    assert is_allowed(licence)


@pytest.mark.parametrize(
    "licence", ["", "GPL-3.0-only", "MIT AND AGPL-3.0-only", "SSPL-1.0 OR GPL-3.0-only", "Other"]
)
def test_a_licence_that_asks_for_more_or_says_nothing_is_refused(
    licence: str, is_allowed: Callable[[str], bool]
) -> None:
    assert not is_allowed(licence)


FOR_WORKERS = "src/reelvec/base/shared_function.py"
"""A function that a Dask worker is handed, in a file: a program, as all that Dask hands it."""


def test_nothing_is_read_that_could_run() -> None:
    unsafe = re.compile(
        r"^\s*(import|from) (pickle|cloudpickle|dill|joblib|marshal|shelve)\b"
        r"|\b(torch|KeyedVectors|Word2Vec|FastText)\.load\(|allow_pickle|read_pickle"
        # `exec(compile(`: what a command names, which is a program and no data.
        r'|YAML\(typ="unsafe"|\b(eval\(|exec\((?!compile\())[^)]',
        re.MULTILINE,
    )
    found = [
        f"{path.relative_to(PROJECT)}: {match.group().strip()}"
        for folder in ("src", "stages", "studies")
        for path in (PROJECT / folder).rglob("*.py")
        for match in unsafe.finditer(path.read_text(encoding="utf-8"))
    ]
    assert [each for each in found if not each.startswith(FOR_WORKERS)] == []
    assert any(each.startswith(FOR_WORKERS) for each in found), "nothing is excepted any more"
