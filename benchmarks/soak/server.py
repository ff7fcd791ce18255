"""MLflow's own server on a port of its own: the command of `make serve`."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from reelvec.base.errors import ReelvecError
from reelvec.cli.serve import HOST, serving_command, serving_environment

START_SECONDS, END_SECONDS = 600, 30


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers.

    Attributes:
        port: of this machine.
        log: what it has printed.
        command: the process that was started; those that answer are below it.
    """

    port: int
    log: Path
    command: psutil.Process

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.port}"

    def workers(self) -> list[psutil.Process]:
        """The processes that hold a model, or are about to load it."""
        with suppress(psutil.NoSuchProcess):
            below = self.command.children(recursive=True)
            # A single worker has no process above it that starts it anew.
            return [each for each in below if _is_spawned(each)] or below
        return []

    def said(self) -> str:
        """What it has printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")


@contextmanager
def serving(
    model: str, folder: Path, workers: int = 1, environment: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """Serve a model until the block ends.

    Args:
        model: a folder that MLflow knows, or the address of a registered model.
        folder: where it runs and keeps its log.
        workers: processes that answer.
        environment: what it knows besides the environment of this process.

    Raises:
        ReelvecError: it does not answer.
    """
    port = free_port()
    variables = {**os.environ, **serving_environment(), **(environment or {})}
    log = folder / "server.log"
    with log.open("wb") as output:
        started = subprocess.Popen(
            serving_command(model, port, workers),
            cwd=folder,
            env=variables,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        served = Served(port, log, psutil.Process(started.pid))
        _wait(started, served)
        yield served
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGTERM)
        started.wait(timeout=END_SECONDS)


def free_port() -> int:
    """One that nobody listens at now."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port: int = free.getsockname()[1]
        return port


def _wait(started: "subprocess.Popen[bytes]", served: Served) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if started.poll() is not None:
            raise ReelvecError(f"the server ended: {served.said()}")
        with suppress(requests.ConnectionError, requests.Timeout):
            if requests.get(f"{served.url}/health", timeout=5).ok:
                return
        time.sleep(0.2)
    raise ReelvecError(f"the server did not answer: {served.said()}")


def _is_spawned(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        return any("spawn_main" in word for word in process.cmdline())
    return False
