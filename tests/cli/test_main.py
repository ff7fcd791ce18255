"""The command line ends with a message for people, whatever goes wrong."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import urllib.request
from functools import partial
from pathlib import Path

import pytest
import typer
from small_project import CommandLine, make_project

from reelvec.cli import explore
from reelvec.cli.app import app
from reelvec.cli.main import main

ROOT = Path(__file__).parents[2]
RUN = [sys.executable, "-c", "from reelvec.cli.main import main; main()"]
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_project(tmp_path_factory.mktemp("project"))
    (folder / "reviews.csv").write_text("text\nA wonderful film\n")
    (folder / "reviews.txt").write_text("A wonderful film\n")
    return folder


def commands_in_readme() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = text.partition("## Ask it things\n")[2].partition("\n## ")[0]
    commands = re.findall(r"^(reelvec [^#\n]+)", block, re.MULTILINE)
    assert len(commands) > 5
    return commands


def examples_in_help() -> list[str]:
    lines = "\n".join(command.epilog or "" for command in COMMANDS.values()).splitlines()
    examples = [line.strip() for line in lines if line.startswith("  reelvec ")]
    # This one needs a whole pipeline: tests/pipeline/test_repro.py.
    examples = [example for example in examples if not example.startswith("reelvec repro")]
    assert len(examples) > 10
    return examples


@pytest.mark.parametrize("command", [*commands_in_readme(), *examples_in_help()])
def test_the_commands_shown_to_people_work(
    reelvec: CommandLine, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(explore, "_serve", lambda *_: None)
    command, _, file = command.partition(" |")[0].partition(" < ")
    piped = (reelvec.folder / file).read_bytes() if file else None
    answer = reelvec(*shlex.split(command)[1:], piped=piped)
    assert (answer.status, answer.err.startswith("error")) == (0, False)
    assert answer.out


@pytest.mark.parametrize("command", ["predict", "neighbors", "analogy", "similarity", "compare"])
def test_help_ends_with_examples(reelvec: CommandLine, command: str) -> None:
    answer = reelvec(command, "--help")
    assert answer.status == 0
    assert f"  Examples:\n    reelvec {command} " in answer.out


@pytest.mark.parametrize(
    ("arguments", "spared"),
    [
        (["--help"], ("numpy", "pydantic", "rich")),
        (["neighbors", "good"], ("torch", "gensim", "pyarrow", "pandas")),
        (["variants"], ("torch", "gensim", "pyarrow", "pandas")),
        (["compare", "good"], ("torch", "gensim", "pyarrow", "pandas")),
    ],
)
def test_what_takes_long_to_import_is_imported_only_where_it_is_used(
    project: Path, arguments: list[str], spared: tuple[str, ...]
) -> None:
    code = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; {RUN[2]}", *arguments],
        cwd=project,
        capture_output=True,
        check=True,
    )
    assert set(spared).isdisjoint(done.stderr.decode().split())


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_had_enough_ends_it_without_a_traceback(
    project: Path, unbuffered: str
) -> None:
    process = subprocess.Popen(
        [*RUN, "neighbors", "good"],
        cwd=project,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()  # type: ignore[union-attr]
    assert process.stderr.read() == b""  # type: ignore[union-attr]
    assert process.wait() == 1


def test_answers_are_utf_8_whatever_the_locale(project: Path) -> None:
    done = subprocess.run(
        [*RUN, "neighbors", "naïve", "--space", "glove"],
        cwd=project,
        env={**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode().startswith("naïve in glove")


def test_the_report_is_served_to_this_machine_until_ctrl_c(project: Path) -> None:
    process = subprocess.Popen(
        [*RUN, "explore", "--no-browser", "--json"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell that runs the tests in the background has them ignore Ctrl-C.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    address = json.loads(process.stdout.readline())["address"]  # type: ignore[union-attr]
    assert address.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(address) as page:
        assert page.read() == b"<p>all results</p>"
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert (process.returncode, told) == (0, b"")


def test_the_report_opens_in_the_browser(
    reelvec: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    def open_and_leave(address: str) -> None:
        with urllib.request.urlopen(address) as page:
            opened.append((address, page.read()))
        raise KeyboardInterrupt

    monkeypatch.setattr("webbrowser.open", open_and_leave)
    answer = reelvec("explore")
    ((address, page),) = opened
    assert (answer.status, page) == (0, b"<p>all results</p>")
    assert answer.out == f"{address} shows reports/index.html; Ctrl-C ends it\n"


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("reelvec predict --variant s", ["scratch"]),
        ("reelvec neighbors good --space g", ["gru", "glove"]),
        ("reelvec ne", ["neighbors"]),
    ],
)
def test_names_are_completed(
    reelvec: CommandLine, monkeypatch: pytest.MonkeyPatch, words: str, completed: list[str]
) -> None:
    monkeypatch.setenv("_REELVEC_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
    assert reelvec().out.split() == completed


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("check-lock", "dvc.yaml: you are not inside of a DVC repository"),
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


def test_an_interrupt_while_modules_are_imported_ends_it_without_a_word(tmp_path: Path) -> None:
    slow = "import time\nprint('begun', flush=True)\ntime.sleep(600)\n"
    (tmp_path / "typer.py").write_text(slow)
    path = os.pathsep.join([str(tmp_path), *sys.path])
    with subprocess.Popen(
        RUN,
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == b""
    assert process.returncode == -signal.SIGINT
