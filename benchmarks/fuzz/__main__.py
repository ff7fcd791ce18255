"""Send random bytes to whatever reads bytes, for as long as is asked, and write down what came."""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path

from benchmarks.fuzz.report import LOG, Fuzzed, read_fuzzed
from benchmarks.fuzz.seeds import seeds_of
from benchmarks.fuzz.targets import TARGETS
from benchmarks.torture.report import write_page
from reelvec.base.errors import ReelvecError, shown_to_people
from reelvec.base.project.files import write_json

FOUND = Path(".fuzz")
"""Where the bytes lie that were a fault; those that are kept are in `benchmarks/fuzz/kept`."""

DONE = re.compile(r"^Done (\d+) runs in (\d+) second", re.MULTILINE)
LONGEST_SECONDS, MOST_MEGABYTES, LONGEST_INPUT = 60, 4_096, 4_096
"""For one input, in one process, and in one input."""


def main() -> None:
    """Try each target for its share of the time."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="for all of them together")
    parser.add_argument("--only", choices=TARGETS, nargs="+", help="try some of them")
    asked = parser.parse_args()
    if find_spec("atheris") is None:
        raise ReelvecError("atheris is not installed; `make fuzz` installs it")
    chosen = asked.only or list(TARGETS)
    found = [fuzzed(name, int(60 * asked.minutes / len(chosen)) or 1) for name in chosen]
    others = [each for each in read_fuzzed() if each.target not in chosen]
    write_json(LOG, [asdict(each) for each in [*others, *found]])
    write_page()
    faults = [each.target for each in found if each.fault]
    if faults:
        raise ReelvecError(f"faults in {', '.join(faults)}: the inputs lie in {FOUND}")


def fuzzed(name: str, seconds: int) -> Fuzzed:
    """Try one target, and say what came of it."""
    FOUND.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds_of(name)):
            Path(folder, str(number)).write_bytes(seed)
        arguments = [
            folder,
            f"-max_total_time={seconds}",
            f"-timeout={LONGEST_SECONDS}",
            f"-rss_limit_mb={MOST_MEGABYTES}",
            f"-max_len={LONGEST_INPUT}",
            f"-artifact_prefix={FOUND / name}-",
        ]
        ended = subprocess.run(
            [sys.executable, "-m", "benchmarks.fuzz.worker", name, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
    result = read_result(name, ended.returncode, ended.stdout.decode(errors="replace"))
    print(f"{name}: {result.runs:,} inputs in {result.seconds} s: {result.fault or 'no fault'}")
    return result


def read_result(name: str, status: int, told: str) -> Fuzzed:
    """What atheris printed, as a result."""
    done = DONE.search(told)
    runs, seconds = map(int, done.groups()) if done else (0, 0)
    if status == 0 and done:
        return Fuzzed(name, seconds, runs)
    Path(FOUND, f"{name}.log").write_text(told, encoding="utf-8")
    lines = [line.strip() for line in told.split("\n") if line.strip()]
    errors = [line for line in lines if re.match(r"\w*(Error|Exception)\b", line)]
    return Fuzzed(name, seconds, runs, (errors or lines or ["no word"])[-1][:200])


if __name__ == "__main__":
    with shown_to_people():
        main()
