"""Stages in a random order, some side by side: no order may change a byte."""

import random
from collections.abc import Iterator

from ruamel.yaml import YAML

from benchmarks.torture.arena import Arena, broken_after, last_line, other_lock, run
from benchmarks.torture.trials import Trial
from reelvec.base.project.files import write_json
from reelvec.cli.repro import DURATIONS

MOST_JOBS = 4


def random_orders(arena: Arena, generator: random.Random, times: int) -> Iterator[Trial]:
    """Whole runs by 1 to 4 jobs, told that each stage takes a time that was drawn."""
    stages = YAML(typ="safe", pure=True).load(arena.lock)["stages"]
    for number in range(times):
        jobs = 1 + number % MOST_JOBS
        workspace = arena.workspace()
        (workspace / DURATIONS).parent.mkdir(parents=True, exist_ok=True)
        # What took longest last time goes first.
        write_json(workspace / DURATIONS, {stage: generator.uniform(1, 100) for stage in stages})
        done = run(workspace, "reelvec", "repro", "--jobs", str(jobs))
        broken = f"it failed: {last_line(done)}" if done.returncode else ""
        broken = broken or other_lock(arena, workspace) or broken_after(arena, workspace)
        yield Trial("order", f"drawn, {jobs} at a time", arena.data, None, broken)
