"""The course of a soak: caches are filled, clients ask for long, a worker is killed under load."""

import asyncio
import os
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import psutil

from benchmarks.soak.clients import ask_on, exchange, for_seconds
from benchmarks.soak.questions import JSON, Question, unheard_of
from benchmarks.soak.server import Served
from reelvec.text.single import WORDS_REMEMBERED

WORDS_AT_ONCE, FILLERS = 4_000, 8
SAMPLES = 100
"""How often memory is looked at, in whatever time."""

BEFORE_KILL, LONGEST_RECOVERY = 3.0, 300.0
"""Seconds under load before a worker is killed, and until another one must have its place."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of a soak, as `soak.json` keeps it.

    Attributes:
        model: the name of the one that was served.
        minutes: how long clients asked after the caches were filled.
        clients: how many asked at once.
        workers: processes that answered.
        processors: that clients and workers shared.
        load: of the machine meanwhile, on average: how many processes ran or waited for their turn.
        requests: how many were answered.
        refused: of these, refused as they should be.
        hung_up: requests whose client did not wait for the answer.
        wrong: answers other than the model's own, server errors among them.
        lost: requests that got no answer.
        milliseconds: median and 99th percentile, of all requests and of single short reviews.
        megabytes: of all workers, in the median of the first and of the last tenth of the time,
            and the most there were.
        killed: what clients saw when a worker was killed.
    """

    model: str
    minutes: float
    clients: int
    workers: int
    processors: int
    load: float
    requests: int
    refused: int
    hung_up: int
    wrong: list[str]
    lost: list[str]
    milliseconds: dict[str, list[float]]
    megabytes: dict[str, float]
    killed: dict[str, float]

    @property
    def growth(self) -> float:
        """By what share the memory has grown."""
        return self.megabytes["last"] / self.megabytes["first"] - 1


async def soaked(
    served: Served,
    name: str,
    questions: Sequence[Question],
    minutes: float,
    clients: int,
    words: int = 3 * WORDS_REMEMBERED // 2,
) -> Kept:
    """Soak a server.

    Args:
        served: it.
        name: of its model.
        questions: what is asked.
        minutes: how long.
        clients: how many ask at once.
        words: for each worker, words that it has never seen, before memory is looked at.
    """
    workers = len(served.workers())
    await fill_caches(served, words * workers)
    await ask_on(served.port, questions, for_seconds(6 * minutes), clients, seed=1)
    time_left = for_seconds(60 * minutes)
    asking = asyncio.create_task(ask_on(served.port, questions, time_left, clients, seed=2))
    memory, loads = [], []
    while not asking.done():
        memory.append(sum(each.memory_info().rss for each in served.workers()) / (1 << 20))
        loads.append(os.getloadavg()[0])
        await asyncio.wait([asking], timeout=60 * minutes / SAMPLES)
    tally = asking.result()
    tenth = len(memory) // 10 or 1
    return Kept(
        name,
        minutes,
        clients,
        workers,
        len(os.sched_getaffinity(0)),
        round(float(np.mean(loads)), 1),
        tally.right + tally.refused + len(tally.wrong),
        tally.refused,
        tally.hung_up,
        tally.wrong,
        tally.lost,
        {"all": _percentiles(tally.all), "short": _percentiles(tally.short)},
        {
            "first": round(float(np.median(memory[:tenth])), 1),
            "last": round(float(np.median(memory[-tenth:])), 1),
            "most": round(max(memory), 1),
        },
        await killed(served, questions, clients),
    )


async def fill_caches(served: Served, words: int) -> None:
    """Send words that nobody has heard of until all that is remembered is full."""

    async def client(number: int) -> None:
        generator = random.Random(number)
        for _ in range(0, words // FILLERS, WORDS_AT_ONCE):
            await exchange(served.port, unheard_of(generator, WORDS_AT_ONCE), JSON)

    # Several at once, else one worker might get them all.
    await asyncio.gather(*(client(number) for number in range(FILLERS)))


async def killed(served: Served, questions: Sequence[Question], clients: int) -> dict[str, float]:
    """Kill a worker under load.

    Returns:
        `lost`: requests without an answer, `answered`: with the right one, `wrong`: with another,
        `seconds`: until as many workers as before held a model, -1 if that never came.
    """
    workers, over = served.workers(), asyncio.Event()
    asking = asyncio.create_task(
        ask_on(served.port, questions, lambda: not over.is_set(), clients, seed=3)
    )
    await asyncio.sleep(BEFORE_KILL)
    loaded = 0.75 * min(each.memory_info().rss for each in workers)
    workers[0].kill()
    start, in_time = time.monotonic(), for_seconds(LONGEST_RECOVERY)
    while not (back := _loaded(served, workers[0], loaded) == len(workers)) and in_time():
        await asyncio.sleep(0.2)
    seconds = round(time.monotonic() - start, 1)
    over.set()
    tally = await asking
    return {
        "lost": len(tally.lost),
        "answered": tally.right + tally.refused,
        "wrong": len(tally.wrong),
        "seconds": seconds if back else -1.0,
    }


def _loaded(served: Served, gone: psutil.Process, size: float) -> int:
    """How many workers hold a model, by their memory."""
    count = 0
    for worker in served.workers():
        try:
            count += worker != gone and worker.memory_info().rss > size
        except psutil.NoSuchProcess:
            continue
    return count


def _percentiles(seconds: Sequence[float]) -> list[float]:
    """Median and 99th percentile, in milliseconds."""
    if not seconds:
        return [0.0, 0.0]
    return [round(1e3 * float(value), 1) for value in np.percentile(seconds, (50, 99))]
