"""The closure must equal what Python really loads: DVC's code dependencies rest on it."""

import subprocess
import sys
from pathlib import Path

import pytest
from imports import import_closure, undeclared_and_unused

FILES = {
    "pack/__init__.py": "",
    "pack/plain.py": "import os\n",
    "pack/chain.py": "from pack.middle import value\n",
    "pack/middle.py": "from pack.last import value\n",
    "pack/last.py": "value = 1\n",
    "pack/late.py": "value = 2\n",
    "pack/typed.py": "value = 3\n",
    "pack/cycle_a.py": "import pack.cycle_b\n",
    "pack/cycle_b.py": "import pack.cycle_a\n",
    "pack/never.py": "value = 4\n",
    "pack/sub/__init__.py": "from . import inner\n",
    "pack/sub/inner.py": "from ..relative import value\n",
    "pack/sub/other.py": "from .inner import value\n",
    "pack/relative.py": "value = 5\n",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "pack"


def closure_of(package: Path, source: str) -> set[str]:
    script = package.parent / "script.py"
    script.write_text(source)
    return {path.relative_to(package).as_posix() for path in import_closure(script, [package])}


def really_loaded(package: Path, source: str) -> set[str]:
    """The files of the package that Python has loaded after running `source`."""
    report = "\nimport sys\nfor m in sorted(sys.modules):\n  if m.split('.')[0] == 'pack':"
    report += "\n    print(sys.modules[m].__file__)\n"
    shown = subprocess.run(
        [sys.executable, "-c", source + report],
        cwd=package.parent,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return {Path(line).relative_to(package).as_posix() for line in shown.splitlines()}


@pytest.mark.parametrize(
    "source",
    [
        "import json",
        "import pack",
        "import pack.plain",
        "import pack.plain as p, pack.last",
        "from pack import plain, last",
        "from pack.chain import value",
        "import pack.cycle_a",
        "from pack.sub import inner",
        "from pack.sub.inner import value",
        "import pack.sub.other",
        "def f():\n    from pack.late import value\nf()",
        "class A:\n    import pack.late",
        "try:\n    import pack.late\nfinally:\n    pass",
    ],
)
def test_closure_is_what_python_loads(package: Path, source: str) -> None:
    assert closure_of(package, source) == really_loaded(package, source)


def test_imports_inside_functions_count_even_when_not_called(package: Path) -> None:
    source = "def f():\n    from pack.late import value\n"
    assert closure_of(package, source) == {"__init__.py", "late.py"}


def test_imports_for_the_type_checker_alone_do_not_count(package: Path) -> None:
    for guard in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
        source = f"if {guard}:\n    import pack.typed\nelse:\n    import pack.late\n"
        assert closure_of(package, source) == {"__init__.py", "late.py"}


def test_other_packages_with_a_similar_name_are_left_out(package: Path) -> None:
    (package.parent / "package.py").write_text("")
    assert closure_of(package, "import package, packed.plain") == set()


def test_a_script_inside_the_package_follows_its_own_relative_imports(package: Path) -> None:
    found = import_closure(package / "sub" / "other.py", [package])
    names = [path.relative_to(package).as_posix() for path in found]
    assert names == ["__init__.py", "relative.py", "sub/__init__.py", "sub/inner.py"]


def test_a_missing_script_is_an_error(package: Path) -> None:
    with pytest.raises(FileNotFoundError):
        import_closure(package / "nowhere.py", [package])


def test_this_package_is_read_to_the_end() -> None:
    package = Path(__file__).parents[1] / "src" / "reelvec"
    found = import_closure(package / "base/project/params_file.py", [package])
    names = {path.name for path in found} - {"__init__.py"}
    assert names == {"errors.py", "messages.py", "params_messages.py", "paths.py", "section.py"}


def test_what_is_exempt_is_left_out_with_all_that_only_it_imports(package: Path) -> None:
    script = package.parent / "script.py"
    script.write_text("from pack import chain, plain")
    found = import_closure(script, [package], [package / "middle.py"])
    names = {path.name for path in found}
    assert names == {"__init__.py", "chain.py", "plain.py"}


def test_a_declared_folder_covers_its_files_and_must_hold_an_imported_one(package: Path) -> None:
    script = package.parent / "script.py"
    script.write_text("from pack.sub import inner\nfrom pack import plain")
    declared = [script, package / "sub", package / "never.py"]
    undeclared, unused = undeclared_and_unused(script, declared, [package], [])
    assert {path.name for path in undeclared} == {"plain.py", "relative.py"}
    assert unused == {package / "never.py"}


def test_a_package_that_says_nothing_need_not_be_declared(package: Path) -> None:
    (package / "__init__.py").write_text('"""A package."""\n')
    script = package.parent / "script.py"
    script.write_text("import pack.plain")
    assert undeclared_and_unused(script, [script, package / "plain.py"], [package], [])[0] == set()
    (package / "__init__.py").write_text('"""A package."""\nimport os\n')
    missing, _ = undeclared_and_unused(script, [script, package / "plain.py"], [package], [])
    assert missing == {package / "__init__.py"}
