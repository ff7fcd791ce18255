"""`make demo` runs the pipeline in a workspace of its own and says where to look."""

import shutil
from pathlib import Path

import pytest
from workspaces import PROJECT

from reelvec.cli import demo
from reelvec.cli.demo import run_demo


@pytest.fixture
def nearly_there(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the demo runs, in a workspace where all has run but the last stage."""
    folder = tmp_path / "demo"

    def make_workspace(_project: Path, workspace: Path, _overrides: list[Path]) -> None:
        shutil.copytree(finished, workspace, dirs_exist_ok=True)
        with (workspace / "src/reelvec/report/contents.py").open("a", encoding="utf-8") as stream:
            stream.write("# A change.\n")

    monkeypatch.setattr(demo, "make_workspace", make_workspace)
    return folder


def test_the_demo_ends_with_a_table_and_the_page_to_open(
    nearly_there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_demo(PROJECT, nearly_there)
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if line.split()[:1] == ["report"]]) == 1
    assert len([line for line in lines if line.startswith("SAMPLE DATA")]) == 1
    for name in ("scratch", "glove_frozen"):
        (row,) = [line for line in lines if name in line]
        assert "%" in row
    page = Path(lines[-1].removeprefix("Open "))
    assert page == (nearly_there / "reports/index.html").resolve()
    assert page.is_file()
