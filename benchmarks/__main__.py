"""`make bench`: measure, print the table, and write it to `benchmarks/results.md`."""

import argparse
import os
import platform
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.measure import Row, table
from reelvec.base.errors import ReelvecError, shown_to_people
from reelvec.base.project.files import write_text
from reelvec.base.project.provenance import data_line

NAMES = (
    "preprocess",
    "pytorch_tutorial",
    "keras_tutorial",
    "training",
    "sequences",
    "serving",
    "answers",
    "frontier",
    "pipeline",
)
NEEDED = ("data/raw/imdb.parquet", "data/raw/glove/vectors.npy", "data/processed/vocab.tsv")
RESULTS = Path("benchmarks/results.md")


def main() -> None:
    """Run all benchmarks, or one of them without writing anything."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=NAMES, help="run one, and only print")
    only = parser.parse_args().only
    for path in NEEDED:
        if not Path(path).exists():
            raise ReelvecError(f"{path}: not found; run `make repro` first")
    heading = data_line()
    rows: list[Row] = []
    for name in [only] if only else NAMES:
        print(f"measuring {name}", file=sys.stderr)
        rows += import_module(f"benchmarks.{name}").run()
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}."
    gpu = "On a GPU: [gpu.md](gpu.md)."
    report = f"{heading}\n\n{machine} {gpu}\n\n{table(rows)}\n"
    print(report)
    if not only:
        write_text(RESULTS, report)


if __name__ == "__main__":
    with shown_to_people():
        main()
