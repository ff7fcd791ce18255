"""`reelvec serve`: the champion answers requests, by MLflow's own server."""

import errno
import os
import socket
import sys

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.whole import load_params
from reelvec.cli.workspace import own_path
from reelvec.fetch.kept import cache_folder
from reelvec.tracking.registry import CHAMPION, NAME, register_best
from reelvec.tracking.runs import store_location

HOST = "127.0.0.1"

VARIABLES = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # A worker that is busy for seconds is not dead: MLflow gives a request a minute.
    "UVICORN_TIMEOUT_WORKER_HEALTHCHECK": "60",
}


def serve(port: int, workers: int) -> None:
    """Become MLflow's server of the champion; the best model is one if there is none.

    Args:
        port: of this machine, to which alone it answers.
        workers: processes that answer.

    Raises:
        ReelvecError: another server has the port, or there is no model to serve.
    """
    # MLflow's server would try for ever to have it.
    lock = _lock_of(port)
    _see_that_nobody_listens(port)
    print(register_best(load_params(), keep=True), flush=True)
    if lock is not None:
        os.set_inheritable(lock, True)
    command = serving_command(f"models:/{NAME}@{CHAMPION}", port, workers)
    variables = {"MLFLOW_TRACKING_URI": store_location().uri, **serving_environment()}
    os.execve(command[0], command, {**os.environ, **variables})


def serving_command(model: str, port: int, workers: int) -> list[str]:
    """What serves a model: a folder that MLflow knows, or the address of a registered one."""
    program = [sys.executable, "-m", "mlflow", "models", "serve"]
    which = ["--model-uri", model, "--env-manager", "local"]
    return [*program, *which, "--host", HOST, "--port", str(port), "--workers", str(workers)]


def serving_environment() -> dict[str, str]:
    """What a served model's processes know besides what this one knows."""
    return {"PATH": own_path(), **VARIABLES}


def _lock_of(port: int) -> int | None:
    """A file that this process, and what it becomes, holds from the first moment on.

    A server loads its model before it listens: two that begin together would find the port free.

    Returns:
        its descriptor; None where no file can be made, or the system has no such locks.
    """
    try:
        import fcntl
    except ModuleNotFoundError:  # Windows
        return None
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / f"serve-{port}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _is_taken(port) from None
    except OSError:
        return None
    return lock


def _see_that_nobody_listens(port: int) -> None:
    with socket.socket() as probe:
        # As servers do: connections of one that was killed are no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise _is_taken(port) from None
            raise ReelvecError(f"{HOST}:{port}: {error.strerror}; name another --port") from None


def _is_taken(port: int) -> ReelvecError:
    return ReelvecError(
        f"{HOST}:{port}: another server has this port; end it, or take another: "
        f"`reelvec serve --port {port + 1}`, `make serve PORT={port + 1}`"
    )
