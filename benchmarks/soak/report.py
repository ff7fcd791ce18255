"""What `docs/reliability.md` says of a served model that was soaked."""

import json
from pathlib import Path

from benchmarks.soak.campaign import Kept
from reelvec.evaluation.tables import markdown_table

LOG = Path("benchmarks/soak.json")

TOO_LATE = "no answer within the minute that MLflow's server gives the model"

MOST_GROWTH = 0.05
"""Of the memory, after the caches were filled."""

HOW = """\
## What a served model stood

By `make soak`: {workers} workers of MLflow's server with the model {model}, as `make serve` has
them, and {clients} clients that ask without a pause for {minutes:g} minutes, all on {processors}
of a machine with a load of {load:g}. What is asked is of all sizes, from a word to 200 reviews; it
holds emoji, what is no UTF-8, and words that nobody has used before. Of ten requests one is sent
bit by bit, and one client hangs up before it has its answer. Each answer is compared with the
model's own. Memory is that of all workers, after they had met more new words than they remember.
MLflow's server logs a traceback of its own for each client that hangs up, and goes on."""

KILLED = """\
Then a worker is killed (`kill -9`) under the same load: {lost:,.0f} requests had no answer, until
another worker held the model {answered:,.0f} were answered as they should be, {wrong:,.0f}
otherwise; {recovered}"""


def read_soak(path: Path = LOG) -> Kept | None:
    """What the last soak came to; None if there was none."""
    return Kept(**json.loads(path.read_bytes())) if path.exists() else None


def faults_of(kept: Kept) -> list[str]:
    """What did not hold."""
    found = []
    wrong, late = _wrong_and_late(kept)
    if wrong:
        found.append(f"{len(wrong):,} wrong answers, the first: {wrong[0]}")
    if late:
        found.append(f"{len(late):,} of {kept.requests:,} requests got status 504: {TOO_LATE}")
    if kept.lost:
        found.append(f"{len(kept.lost):,} requests without an answer, the first: {kept.lost[0]}")
    if kept.growth > MOST_GROWTH:
        found.append(f"memory grew by {kept.growth:.1%}")
    if kept.killed["seconds"] < 0:
        found.append("no worker came in the place of one that was killed")
    if kept.killed["wrong"]:
        found.append(f"{kept.killed['wrong']:,.0f} wrong answers around the death of a worker")
    return found


def _wrong_and_late(kept: Kept) -> tuple[list[str], list[str]]:
    late = [answer for answer in kept.wrong if answer.startswith("504:")]
    return [answer for answer in kept.wrong if not answer.startswith("504:")], late


def soak_markdown(kept: Kept) -> str:
    """The section of the page."""
    processors = "one core" if kept.processors == 1 else f"{kept.processors} cores"
    how = HOW.format(
        workers=kept.workers,
        model=kept.model,
        clients=kept.clients,
        minutes=kept.minutes,
        processors=processors,
        load=kept.load,
    )
    megabytes = kept.megabytes
    wrong, late = _wrong_and_late(kept)
    rows = [
        ["requests answered", f"{kept.requests:,}"],
        ["of these refused, as they should be", f"{kept.refused:,}"],
        ["other answers than the model's own", f"{len(wrong):,}"],
        [f"status 504: {TOO_LATE}", f"{len(late):,}"],
        ["without an answer", f"{len(kept.lost):,}"],
        ["whose client hung up", f"{kept.hung_up:,}"],
        ["a short review, median and 99th percentile", _times(kept.milliseconds["short"])],
        ["any request, median and 99th percentile", _times(kept.milliseconds["all"])],
        [
            "memory in the first and the last tenth of the time",
            f"{megabytes['first']:,.0f} MB, {megabytes['last']:,.0f} MB ({kept.growth:+.1%})",
        ],
        ["the most memory at any time", f"{megabytes['most']:,.0f} MB"],
    ]
    seconds = kept.killed["seconds"]
    recovered = "that never came." if seconds < 0 else f"that took {seconds:.0f} seconds."
    killed = KILLED.format(**kept.killed, recovered=recovered)
    faults = [f"- {fault}" for fault in faults_of(kept)]
    broken = ["### What did not hold\n\n" + "\n".join(faults)] if faults else []
    return "\n\n".join([how, markdown_table([["What", "How much"], *rows]), killed, *broken])


def _times(milliseconds: list[float]) -> str:
    return ", ".join(f"{value:,.0f} ms" for value in milliseconds)
