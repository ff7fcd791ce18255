"""`python -m benchmarks.cluster`: what a block of preprocess takes, and what many workers would.

Each row group is tokenised and collected here, one after the other; a schedule of as many blocks as
ten million reviews have is then worked out for any number of workers. With `REELVEC_SCHEDULER` the
time that Dask takes for a block is measured too; else it is taken to be a millisecond.
"""

import os
import tempfile
import time
from collections.abc import Sequence
from heapq import heapify, heapreplace
from itertools import cycle, islice
from pathlib import Path

import pyarrow.parquet as pq

from reelvec.base.errors import shown_to_people
from reelvec.base.executor import SCHEDULER, map_blocks
from reelvec.base.project.params_file import read_section
from reelvec.base.project.paths import REVIEWS
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.evaluation.tables import markdown_table
from reelvec.text.columns import Corpus, Lexicon, tokenize

BLOCKS, WORKERS = 1_000, (1, 2, 4, 16, 64)
EMPTY_BLOCKS = 200


def measured() -> tuple[list[float], list[float]]:
    """Processor seconds to tokenise each row group and write its tokens, and to collect them."""
    params, lexicon = read_section(PreprocessParams), Lexicon()
    working, collecting = [], []
    with pq.ParquetFile(REVIEWS) as file, tempfile.TemporaryDirectory() as folder:
        for number in range(file.num_row_groups):
            start = time.process_time()
            tokenize(file.read_row_group(number, columns=["text"])["text"], params).save(
                Path(folder)
            )
            done = time.process_time()
            lexicon.renumbered(Corpus.load(Path(folder)))
            working.append(done - start)
            collecting.append(time.process_time() - done)
    # The first one loads the lemmatiser.
    return working[1:], collecting[1:]


def overhead() -> float:
    """Seconds that a block takes which has nothing to do."""
    if SCHEDULER not in os.environ:
        return 0.001
    list(map_blocks(abs, range(EMPTY_BLOCKS)))
    start = time.perf_counter()
    list(map_blocks(abs, range(EMPTY_BLOCKS)))
    return (time.perf_counter() - start) / EMPTY_BLOCKS


def scheduled(
    working: Sequence[float], collecting: Sequence[float], waste: float, workers: int
) -> float:
    """Seconds until the last block is collected: whoever is free takes the next one."""
    free, collected = [0.0] * workers, 0.0
    heapify(free)
    for number, (work, collect) in enumerate(zip(working, collecting, strict=True), 1):
        # The scheduler hands out one block after the other.
        end = max(free[0], number * waste) + work
        heapreplace(free, end)
        collected = max(collected, end) + collect
    return collected


def main() -> None:
    """Measure, and print the table."""
    working, collecting = (list(islice(cycle(each), BLOCKS)) for each in measured())
    waste = overhead()
    print(
        f"a block: {sum(working) / BLOCKS:.2f} s to tokenise, {sum(collecting) / BLOCKS:.3f} s to "
        f"collect, {waste:.4f} s for Dask\n"
    )
    alone = scheduled(working, collecting, 0, 1)
    rows = [["Workers", "Minutes for 10 million reviews", "Times as fast"]]
    for workers in WORKERS:
        seconds = scheduled(working, collecting, waste, workers)
        rows.append([str(workers), f"{seconds / 60:.1f}", f"{alone / seconds:.1f}"])
    print(markdown_table(rows))


if __name__ == "__main__":
    with shown_to_people():
        main()
