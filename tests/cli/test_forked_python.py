"""Commands whose `python` is forked do what they do with any other, and end with who asked."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from reelvec.cli.forked_python import LIBRARIES, forked_python

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux alone")

SCRIPTS = {
    "arguments": "import sys; print(sys.argv, __name__, __file__)",
    "surroundings": "import os, sys; print(os.getcwd(), os.environ['WORD'], sys.path[0])",
    "input": "import sys; print(sys.stdin.read().upper(), file=sys.stderr)",
    "own module": "import beside; print(beside.__name__)",
    "status": "import sys; sys.exit(3)",
    "no status": "import sys; sys.exit()",
    "message": "import sys; sys.exit('that was wrong')",
    "at the end": "import atexit; atexit.register(print, 'late')",
    "thread": "import threading, time; threading.Thread(target=lambda: (time.sleep(0.2), "
    "print('late'))).start()",
    "interrupted": "raise KeyboardInterrupt",
    "error": "def f(): 1 / 0\nf()",
    "variables": "import os, reelvec.base.project.same_bytes; "
    "print([os.environ.get(name) for name in ('MKL_CBWR', 'OPENBLAS_CORETYPE', 'PATH')])",
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
}
"""What a script can see of the Python that runs it."""

Variables = dict[str, str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("some scripts")
    (folder / "beside.py").touch()
    return folder


@pytest.fixture(scope="module")
def variables(folder: Path) -> Iterator[Variables]:
    """The variables of commands, the server being ready."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with forked_python(folder, {**os.environ, "PATH": path}, ["fractions"]) as variables:
        wait_for(variables)
        yield variables


def wait_for(variables: Variables) -> None:
    """Until the server is ready."""
    socket = Path(variables["PATH"].partition(os.pathsep)[0]) / "socket"
    deadline = time.monotonic() + 60
    while not socket.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def run(folder: Path, variables: Variables, text: str) -> tuple[int, bytes, bytes]:
    (folder / "a script.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        "python 'a script.py' one 'two words'",
        shell=True,
        cwd=folder,
        env={**variables, "WORD": "caf\udce9"},
        input="caf\u00e9".encode(),
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
def test_a_script_sees_and_does_what_it_does_with_python_itself(
    folder: Path, variables: Variables, text: str
) -> None:
    plain = {**variables, "PATH": variables["PATH"].partition(os.pathsep)[2]}
    assert run(folder, variables, text) == run(folder, plain, text)


def test_libraries_are_loaded_already(folder: Path, variables: Variables) -> None:
    text = "import sys; print('fractions' in sys.modules)"
    assert run(folder, variables, text) == (0, b"True\n", b"")


@pytest.mark.slow
def test_products_have_the_bits_that_they_have_in_python_itself(
    folder: Path, variables: Variables
) -> None:
    text = """
import reelvec.base.project.same_bytes
import hashlib, torch
a = torch.rand(300, 300, generator=torch.manual_seed(1))
print(hashlib.sha256((a @ a).numpy().tobytes()).hexdigest())
"""
    plain = {**variables, "PATH": variables["PATH"].partition(os.pathsep)[2]}
    with forked_python(folder, plain, ["torch"]) as forked:
        wait_for(forked)
        assert run(folder, forked, text) == run(folder, plain, text)


def test_a_server_whose_parent_is_gone_loads_nothing_more(
    folder: Path, variables: Variables
) -> None:
    (folder / "late.py").write_text("open('loaded', 'w')")
    words = [sys.executable, "-m", "reelvec.cli.forked_python", str(folder / "socket"), "late"]
    given = {**variables, "PYTHONPATH": os.pathsep.join([*sys.path, str(folder)])}
    subprocess.run(words, cwd=folder, env=given, stdin=subprocess.DEVNULL, check=True)
    assert not (folder / "loaded").exists()


def test_what_is_to_be_loaded_is_there() -> None:
    assert [name for name in LIBRARIES if find_spec(name) is None] == []


def test_where_there_is_no_server_and_for_what_is_no_script_it_is_python(
    folder: Path, variables: Variables
) -> None:
    with forked_python(folder, variables, ["no_such_library"]) as without:
        assert run(folder, without, "print(1)")[1] == b"1\n"
    words = ["python", "-c", "print(2)"]
    assert subprocess.run(words, env=variables, capture_output=True, check=True).stdout == b"2\n"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_script_ends_when_its_command_is_ended(
    folder: Path, variables: Variables, how: signal.Signals
) -> None:
    script = folder / "endless.py"
    script.write_text("import os, time; print(os.getpid(), flush=True); time.sleep(600)")
    with subprocess.Popen(
        ["python", str(script)], env=variables, stdout=subprocess.PIPE, text=True
    ) as command:
        assert command.stdout is not None
        process = psutil.Process(int(command.stdout.readline()))
        os.kill(command.pid, how)
        process.wait(timeout=30)
        assert command.wait(timeout=30) != 0


def test_nothing_is_left_when_it_ends(folder: Path, variables: Variables) -> None:
    before = set(psutil.Process().children(recursive=True))
    with forked_python(folder, variables, ["fractions"]) as inner:
        place = Path(inner["PATH"].partition(os.pathsep)[0])
        assert set(psutil.Process().children(recursive=True)) - before
    assert set(psutil.Process().children(recursive=True)) <= before
    assert not place.exists()
