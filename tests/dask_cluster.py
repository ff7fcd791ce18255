"""A Dask cluster for tests, on this machine."""

import json
import subprocess
import sys
import time
from functools import cached_property
from pathlib import Path

SECONDS_TO_START = 300
"""A busy machine is no reason to fail."""


class Cluster:
    """A scheduler and workers, each a process with a command of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0")

    @cached_property
    def address(self) -> str:
        """The scheduler's, which is there once that has started."""
        deadline = time.monotonic() + SECONDS_TO_START
        while not (self.file.exists() and self.file.read_text().rstrip().endswith("}")):
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.1)
        return str(json.loads(self.file.read_text())["address"])

    def add_worker(self, threads: int = 1) -> "subprocess.Popen[bytes]":
        return self._start("worker", "--nthreads", str(threads), "--no-nanny")

    def _start(self, *words: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "dask", *words, "--no-dashboard", "--scheduler-file"]
        with (self.folder / "log").open("ab") as log:
            started = subprocess.Popen(
                [*command, str(self.file)], cwd=self.folder, stdout=log, stderr=log
            )
        self.processes.append(started)
        return started

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
