"""The command line ends with a message for people, whatever goes wrong."""

import sys
from pathlib import Path

import pytest

from reelvec.cli import main


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("check-lock", "DVC cannot read this project"),
        ("track", "params.yaml: not found; run this from the project's folder"),
        ("register", "params.yaml: not found; run this from the project's folder"),
        ("demo", "not found; run this from the project's folder"),
    ],
)
def test_a_command_outside_the_project_says_so_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["reelvec", command])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert message in told
    assert told.count("\n") == 1


def test_the_demo_refuses_a_folder_that_is_not_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("years of work")
    monkeypatch.setattr(sys, "argv", ["reelvec", "demo", "--workspace", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert f"error: {tmp_path}: not made by reelvec; delete it or name another" in (
        capsys.readouterr().err
    )
    assert list(tmp_path.iterdir()) == [thesis]
