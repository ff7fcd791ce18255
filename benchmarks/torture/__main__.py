"""Attack the pipeline, keep what came of it, and write `docs/reliability.md` from it."""

import argparse
import random
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.torture.arena import Arena, make_arena, real_arena
from benchmarks.torture.cells import killed_studies
from benchmarks.torture.demos import attacked_demos
from benchmarks.torture.kills import killed_commands, killed_runs
from benchmarks.torture.orders import random_orders
from benchmarks.torture.processors import old_processors
from benchmarks.torture.report import PAGE, write_page
from benchmarks.torture.servers import attacked_servers
from benchmarks.torture.stores import stores_in_need
from benchmarks.torture.surroundings import full_disk, odd_surroundings
from benchmarks.torture.together import two_at_once
from benchmarks.torture.trials import Trial, write_trials
from reelvec.base.errors import ReelvecError, shown_to_people

Attack = Callable[[Arena, random.Random, int], Iterator[Trial]]

ATTACKS: dict[str, tuple[Attack, int]] = {
    "orders": (random_orders, 10),
    "kills": (killed_runs, 32),
    "commands": (killed_commands, 8),
    "studies": (killed_studies, 8),
    "demo": (attacked_demos, 8),
    "serve": (attacked_servers, 8),
    "stores": (stores_in_need, 2),
    "surroundings": (odd_surroundings, 1),
    "processors": (old_processors, 1),
    "full-disk": (full_disk, 1),
    "together": (two_at_once, 1),
}
"""By name, the attack and how often it takes place."""


def main() -> None:
    """Run the campaign, or a part of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.torture", description=__doc__)
    parser.add_argument("--only", choices=ATTACKS, nargs="+", help="run some of them")
    parser.add_argument("--real", action="store_true", help="runs alone, on the real reviews")
    parser.add_argument("--times", type=int, help="how often, where an attack can be repeated")
    parser.add_argument("--seed", type=int, default=123, help="of the moments")
    asked = parser.parse_args()
    # Who is started in the background ignores Ctrl-C, and what they start does, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    chosen = ["kills"] if asked.real else asked.only or list(ATTACKS)
    trials: list[Trial] = []
    with tempfile.TemporaryDirectory(prefix="torture ") as folder:
        make = real_arena if asked.real else make_arena
        arena = make(Path(), Path(folder))
        print(f"an undisturbed run takes {arena.seconds:.0f} s", flush=True)
        for name in chosen:
            found = attacked(name, arena, asked.times, asked.seed)
            write_trials(found)
            trials += found
    write_page()
    broken = [trial for trial in trials if not trial.held]
    if broken:
        raise ReelvecError(f"{len(broken)} of {len(trials)} attacks were not held: see {PAGE}")
    print(f"all {len(trials)} attacks were held: {PAGE}", file=sys.stderr)


def attacked(name: str, arena: Arena, times: int | None, seed: int) -> list[Trial]:
    """What comes of one of the attacks, a line printed for each trial."""
    attack, usual = ATTACKS[name]
    generator = random.Random(f"{name} {seed}")
    trials = []
    for trial in attack(arena, generator, times or usual):
        trials.append(trial)
        moment = "" if trial.seconds is None else f" after {trial.seconds:g} s"
        print(f"{trial.attack}: {trial.fault}{moment}: {trial.broken or 'held'}", flush=True)
    return trials


if __name__ == "__main__":
    with shown_to_people():
        main()
