"""What writes results decides first which code linear algebra runs; nothing else decides it."""

import ast
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from imports import import_closure
from ruamel.yaml import YAML

from reelvec.base.project import same_bytes

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src/reelvec"
MODULE = "reelvec.base.project.same_bytes"


def scripts_of_studies() -> list[Path]:
    """What the studies' stages run, by `python -m`."""
    pipelines = [YAML(typ="safe", pure=True).load(path) for path in ROOT.glob("studies/*/dvc.yaml")]
    commands = [
        shlex.split(stage["cmd"]) for each in pipelines for stage in each["stages"].values()
    ]
    return [ROOT / f"{command[-1].replace('.', '/')}.py" for command in commands]


SCRIPTS = sorted([*(ROOT / "stages").glob("*.py"), *scripts_of_studies()])


def names_imported(script: Path) -> list[str]:
    """The modules that a script's import statements name, in their order."""
    names: list[str] = []
    for node in ast.parse(script.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(str(node.module))
    return names


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_it_is_the_first_thing_that_a_script_imports(script: Path) -> None:
    others = [
        name for name in names_imported(script) if name.split(".")[0] not in sys.stdlib_module_names
    ]
    assert others[0] == MODULE


def test_nothing_in_the_package_imports_it() -> None:
    for path in PACKAGE.rglob("*.py"):
        assert PACKAGE / "base/project/same_bytes.py" not in import_closure(path, [PACKAGE]), path


def variables_set(given: dict[str, str]) -> str:
    """Those of linear algebra after the import, and whether numpy has looked at them by then."""
    program = (
        f"import os, sys, {MODULE}\n"
        "print(os.environ['MKL_CBWR'], os.environ.get('OPENBLAS_CORETYPE'), 'numpy' in sys.modules)"
    )
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in ("MKL_CBWR", "OPENBLAS_CORETYPE")
    }
    done = subprocess.run(
        [sys.executable, "-c", program], env={**kept, **given}, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def test_it_sets_what_a_person_has_not_set_and_loads_nothing() -> None:
    expected = "Haswell" if same_bytes.runs_haswell_code() else None
    assert variables_set({}) == f"AVX2 {expected} False"
    own = {"MKL_CBWR": "COMPATIBLE", "OPENBLAS_CORETYPE": "Prescott"}
    assert variables_set(own) == "COMPATIBLE Prescott False"


@pytest.mark.parametrize(
    ("machine", "cpuinfo", "expected"),
    [
        ("x86_64", "processor\t: 0\nflags\t\t: fpu fma avx avx2 bmi2\n", True),
        ("x86_64", "processor\t: 0\nflags\t\t: fpu avx avx2 bmi2\n", False),
        ("x86_64", "processor\t: 0\nflags\t\t: fpu fma avx avx512f\n", False),
        ("x86_64", "processor\t: 0\nflags\t\t: fpu fma4 avx avx2\n", False),
        ("x86_64", "flags\t\t: fma avx2\n\nflags\t\t: fma avx\n", False),
        ("x86_64", "processor\t: 0\n", False),
        ("x86_64", None, False),
        ("aarch64", "Features\t: fp asimd\n", False),
        ("aarch64", "flags\t: avx2\n", False),
    ],
)
def test_openblas_is_told_only_where_the_processor_is_known_to_run_that_code(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    machine: str,
    cpuinfo: str | None,
    expected: bool,
) -> None:
    if cpuinfo is not None:
        (tmp_path / "cpuinfo").write_text(cpuinfo)
    monkeypatch.setattr(same_bytes, "PROCESSOR", tmp_path / "cpuinfo")
    monkeypatch.setattr(same_bytes.platform, "machine", lambda: machine)
    assert same_bytes.runs_haswell_code() is expected
