"""A `python` for commands that starts at once: forked from a process with the libraries loaded.

A stage is a command, `python stages/train.py scratch`. To start Python and import torch and pandas
takes it seconds, each time. On the path of such commands, `python` is a client here
(forked_python_client.py) that hands its arguments, its variables and its streams to a process which
has imported them already, and ends as its fork ends. Before that process is ready, or where there
is none, the client becomes Python itself.
"""

import atexit
import gc
import json
import os
import select
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from reelvec.export.mlflow_environment import prepare_environment

MODULE = "reelvec.cli.forked_python"
CLIENT = Path(__file__).with_name("forked_python_client.py")
LIBRARIES = (
    "numpy",
    "pydantic",
    "ruamel.yaml",
    "pyarrow.compute",
    "pyarrow.parquet",
    "pandas",
    "scipy.sparse",
    "scipy.optimize",
    "scipy.stats",
    "torch",
    "safetensors.torch",
    "sklearn.linear_model",
    "sklearn.metrics",
    "sklearn.model_selection",
    "simplemma",
    "gensim.models",
    "matplotlib.figure",
    "matplotlib.style",
    "mlflow.pyfunc",
    "mlflow.store.tracking.sqlalchemy_store",
    "onnx",
)
"""What stages import, those of the first stages first."""

SECONDS_TO_END = 5.0
LENGTH_OF_LENGTH = 8
"""Bytes of the number that says how long a request is."""


@contextmanager
def forked_python(
    project: Path, variables: Mapping[str, str], libraries: Sequence[str] = LIBRARIES
) -> Iterator[dict[str, str]]:
    """Variables for commands whose `python` is such a client; on Linux alone.

    When the context ends, so do the processes that it started.

    Args:
        project: where the commands run.
        variables: of the commands, `PATH` among them.
        libraries: modules to have loaded.
    """
    if sys.platform != "linux":
        yield dict(variables)
        return
    with tempfile.TemporaryDirectory(prefix="reelvec-") as name:
        folder = Path(name)
        words = [sys.executable, "-IS", str(CLIENT), sys.executable, str(folder / "socket")]
        client = folder / "python"
        client.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
        client.chmod(0o755)
        with subprocess.Popen(
            [sys.executable, "-m", MODULE, str(folder / "socket"), *libraries],
            cwd=project,
            env=dict(variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as server:
            try:
                yield {**variables, "PATH": f"{folder}{os.pathsep}{variables.get('PATH', '')}"}
            finally:
                if not (folder / "socket").exists():  # it has forked nothing yet
                    server.kill()


def serve(address: str, libraries: Sequence[str]) -> None:
    """Import libraries, then fork for each client until standard input ends."""
    # OpenBLAS looks at its variable when it is loaded, MKL at its own before its first product: a
    # stage has variables of its own, and imports this anew to set them.
    del sys.modules[import_module("reelvec.base.project.same_bytes").__name__]
    prepare_environment()
    for name in libraries:
        if select.select([0], [], [], 0)[0]:  # nobody will need it any more
            return
        with suppress(ImportError):  # whoever needs it will say so
            import_module(name)
    gc.freeze()  # what is loaded is looked at no more, and so not copied
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{address}.new")
        listener.listen()
        Path(f"{address}.new").rename(address)
        while True:
            ready, _, _ = select.select([0, listener.fileno()], [], [])
            if 0 in ready:
                break
            connection, _ = listener.accept()
            if not os.fork():
                listener.close()
                try:
                    _attend(connection)
                finally:
                    os._exit(1)
            connection.close()
            _forget_the_ended()
    while True:  # each ends with its client
        try:
            os.wait()
        except ChildProcessError:
            return


def _forget_the_ended() -> None:
    """Let no process stay in the table that has ended."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        pass


def _attend(connection: socket.socket) -> None:
    """Run what a client asks for, and tell it how that ended; end it when the client is gone."""
    request, streams = _request_from(connection)
    process = os.fork()
    if not process:
        connection.close()
        os.setpgid(0, 0)
        _run(request, streams)
    for stream in streams:
        os.close(stream)
    ended = os.pidfd_open(process)
    ready, _, _ = select.select([connection.fileno(), ended], [], [])
    if ended not in ready:
        for how, patience in ((signal.SIGINT, SECONDS_TO_END), (signal.SIGKILL, None)):
            _signal(process, how)
            if select.select([ended], [], [], patience)[0]:
                break
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    with suppress(OSError):  # nobody is there to be told
        connection.send(str(status).encode())


def _signal(process: int, how: signal.Signals) -> None:
    """Signal a process that has not been waited for, and all that it started."""
    try:
        os.killpg(process, how)
    except ProcessLookupError:  # not yet a group of its own
        os.kill(process, how)


def _request_from(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    head, streams, _, _ = socket.recv_fds(connection, LENGTH_OF_LENGTH, 3)
    length, request = int.from_bytes(head, "big"), b""
    while len(request) < length:
        received = connection.recv(length - len(request))
        if not received:
            raise EOFError
        request += received
    return json.loads(request), streams


def _run(request: Mapping[str, Any], streams: list[int]) -> NoReturn:
    """Be `python` with the client's arguments, variables and streams.

    What differs: all forks have the same hashes of strings, and a file that nobody has closed may
    lose what was written last.
    """
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = os.fdopen(0, closefd=False)
    os.environ.clear()
    os.environ.update(request["variables"])
    os.chdir(request["folder"])
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()  # another one than that of the fork before
    sys.argv = list(request["arguments"])
    status = _status_of_script(Path(sys.argv[0]).absolute())
    threading._shutdown()  # type: ignore[attr-defined] # waits for all threads
    atexit._run_exitfuncs()
    for written in (sys.stdout, sys.stderr):
        written.flush()
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


def _status_of_script(script: Path) -> int:
    """Run a script to its end: its status, or minus the signal that ended it."""
    main = ModuleType("__main__")
    main.__file__ = str(script)
    sys.modules["__main__"] = main
    sys.path[0] = str(script.parent)
    try:
        exec(compile(script.read_bytes(), str(script), "exec"), main.__dict__)
    except SystemExit as end:
        return _status_of(end)
    except BaseException as error:
        own = error.__traceback__
        traceback.print_exception(error.with_traceback(own and own.tb_next))
        return -signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _status_of(end: SystemExit) -> int:
    """What Python makes of `sys.exit(...)`."""
    if end.code is None or isinstance(end.code, int):
        return (end.code or 0) & 0xFF
    print(end.code, file=sys.stderr)
    return 1


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2:])
