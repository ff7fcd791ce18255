"""`reelvec serve`, ended at random moments while it starts, and twice at once."""

import random
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import requests

from benchmarks.soak.server import free_port
from benchmarks.torture.arena import (
    TRACEBACK,
    Arena,
    Process,
    broken_after,
    champions_broken_in,
    ended_processes_left,
    finish,
    last_line,
    start,
)
from benchmarks.torture.kills import WAYS, Attacked, early_as_a_rule, ended_in_a_row
from benchmarks.torture.trials import Trial
from reelvec.base.errors import ReelvecError
from reelvec.cli.serve import HOST

OURS = re.compile(rf'{re.escape(TRACEBACK)}.*\n(?: .*\n)*? *File "[^"]*[/\\]reelvec[/\\]')
"""MLflow's processes print one of their own when Ctrl-C finds them at their imports."""

FIRST_SECOND = 0.3
LONGEST_START = 900.0
REVIEW = {"dataframe_records": [{"text": "A wonderful film."}]}


def attacked_servers(arena: Arena, generator: random.Random, times: int) -> Iterator[Trial]:
    """A server of a workspace where no model has been registered yet."""
    port = free_port()
    words = ("reelvec", "serve", "--port", str(port))
    workspace, started = arena.workspace(finished=True), time.monotonic()
    process = start(workspace, *words)
    broken = _silent(process, port)
    seconds = time.monotonic() - started
    at_end = _broken_at_its_end(process, workspace)
    if broken or at_end:
        raise ReelvecError(f"{workspace}: an undisturbed server: {broken or at_end}")
    attacked = Attacked(
        "serve",
        words,
        partial(arena.workspace, finished=True),
        partial(early_as_a_rule, generator, FIRST_SECOND, seconds),
        partial(_broken_after, arena, words, port),
        traceback=OURS,
    )
    yield from ended_in_a_row(attacked, arena.data, generator, times)
    for _ in range(-(-times // len(WAYS))):
        yield _two_at_once(arena, words, port)


def _two_at_once(arena: Arena, words: tuple[str, ...], port: int) -> Trial:
    """One answers, the other says in one line why not; then another one takes its place."""
    workspace = arena.workspace(finished=True)
    both = [start(workspace, *words) for _ in range(2)]
    until = time.monotonic() + LONGEST_START
    while all(each.poll() is None for each in both) and time.monotonic() < until:
        time.sleep(0.1)
    ended = [each for each in both if each.poll() is not None]
    if len(ended) != 1:
        broken, said = ("both run" if not ended else "both ended"), ""
    else:
        done = finish(ended[0])
        said = last_line(done)
        broken = "a traceback" if TRACEBACK in done.stdout else ""
        (other,) = (each for each in both if each not in ended)
        broken = broken or _silent(other, port)
    for each in both:
        each.terminate()
    for each in both:
        at_end = _broken_at_its_end(each, workspace)
        broken = broken or at_end
    broken = broken or _broken_after(arena, words, port, workspace)
    return Trial("serve", "two at once", arena.data, None, broken, said)


def _broken_after(arena: Arena, words: tuple[str, ...], port: int, workspace: Path) -> str:
    """Start a server undisturbed, end it, and say what did not hold."""
    process = start(workspace, *words)
    broken, at_end = _silent(process, port), _broken_at_its_end(process, workspace)
    broken = broken or at_end or broken_after(arena, workspace)
    return broken or champions_broken_in(workspace / "mlflow.db")


def _silent(process: Process, port: int) -> str:
    """Wait for an answer to a review, and say why there is none; nothing, as it should be."""
    until = time.monotonic() + LONGEST_START
    while time.monotonic() < until:
        if process.poll() is not None:
            return f"the server ended: {last_line(finish(process))}"
        with suppress(requests.ConnectionError, requests.Timeout):
            answer = requests.post(f"http://{HOST}:{port}/invocations", json=REVIEW, timeout=60)
            labels = [each["label"] for each in answer.json().get("predictions", [])]
            return "" if labels == ["positive"] else f"another answer: {answer.text[:100]}"
        time.sleep(0.2)
    return "the server did not answer"


def _broken_at_its_end(process: Process, workspace: Path) -> str:
    """End a server, and say what it leaves: nothing, as it should be."""
    process.terminate()
    left = ended_processes_left(workspace)
    done = finish(process)
    return left or ("a traceback at its end" if TRACEBACK in done.stdout else "")
