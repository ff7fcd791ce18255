"""`docs/reliability.md`: what is promised, and what came of the attacks on it."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.fuzz.report import fuzz_markdown, read_fuzzed
from benchmarks.soak.report import read_soak, soak_markdown
from benchmarks.torture.kills import ENDED
from benchmarks.torture.surroundings import LEFT_KIB
from benchmarks.torture.trials import Trial, read_trials
from reelvec.base.project.files import write_text
from reelvec.evaluation.tables import markdown_table

PAGE = Path("docs/reliability.md")

PROMISES = """\
# What holds when something fails

- **Nothing half-written is taken for a result.** What a stage writes has another name until it is
  whole, is written through to the disk, and is then renamed. A run that was killed leaves the file
  from before, or the new one.
- **The next run completes.** After any end of any command the same command does what was left, and
  `dvc.lock` is byte for byte that of a run that nobody disturbed.
- **Same inputs, same bytes**: whatever the locale, the time zone, the hash seed, the folder's name,
  the number of jobs and the order in which stages end.
- **Two at once do not hurt each other.** One waits, or ends in one line that says so.
- **What cannot be is said in one line**, with what to do; never by a traceback.
- **Nothing from outside runs or prints itself.** See [SECURITY.md](../SECURITY.md).

What is limited: the reviews and characters that a served model takes in one request (`serving` in
`params.yaml`), the sizes, names and numbers of what is unpacked, the length of a word of a vectors
file. Each limit says what it is when it is met. Memory is not: some stages
hold what grows with the number of reviews (docs/more_reviews.md says which)."""

HOW = """\
## What was tried

By `make torture`, which takes two hours on two cores; the moments are drawn, by a seed. After each
attack the command runs again, undisturbed: it must succeed and leave no process; `dvc.lock` must
be, to the byte, that of an undisturbed run, and MLflow's store must show one finished run for each
model, and no model registered twice. An attacked command that fails must say so without a
traceback.

A command is ended four times in a row, in each way once and in a random order, each time at a
moment that is drawn; the fifth run completes. So the faults come together, and what is said of the
last one is said of all four. On the real reviews all runs of `reelvec repro` but the last are ended
(`python -m benchmarks.torture --real`). The studies are those of `make studies-quick`, smaller
still: no cell that was done may be computed again, and their reports must be, to the byte, those of
undisturbed ones. A server is ended while it starts, and the one that completes must answer; where
Ctrl-C finds MLflow's own processes at their imports, their traceback is not counted. A full disk
has {left} KiB left when a stage begins, and what was drawn when a command does."""


def write_page() -> None:
    """Write the page from what attacks, soaks and random bytes came to last."""
    write_text(PAGE, whole_page())


def whole_page() -> str:
    """What attacks, soaks and random bytes came to last."""
    soaked, fuzzed = read_soak(), read_fuzzed()
    more = [soak_markdown(soaked)] if soaked else []
    more += [fuzz_markdown(fuzzed)] if fuzzed else []
    return "\n".join([reliability_markdown(read_trials()), *(f"{part}\n" for part in more)])


def reliability_markdown(trials: Sequence[Trial]) -> str:
    """The page, from the log of a campaign; what had ended by itself is no attack."""
    early = [trial for trial in trials if trial.fault == ENDED and trial.held]
    trials = [trial for trial in trials if trial not in early]
    groups: dict[tuple[str, str, str], list[Trial]] = {}
    for trial in trials:
        groups.setdefault((trial.attack, trial.fault, trial.data), []).append(trial)
    rows = [
        [attack, fault, data, str(len(group)), str(sum(each.held for each in group))]
        for (attack, fault, data), group in groups.items()
    ]
    table = markdown_table([["Attacked", "Fault", "Reviews", "Times", "Held"], *rows])
    parts = [
        PROMISES,
        HOW.format(left=LEFT_KIB),
        _answer(trials, len(early)),
        table,
        _broken(trials),
        _said(trials),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _answer(trials: Sequence[Trial], early: int) -> str:
    held = sum(trial.held for trial in trials)
    answer = f"{held} of {len(trials)} attacks were held."
    if early:
        answer += f" {early} runs had ended by themselves before that moment, and do not count."
    return answer


def _broken(trials: Sequence[Trial]) -> str:
    """What did not hold."""
    lines = [
        f"- {trial.attack}, {trial.fault}{_moment(trial)}: {trial.broken}"
        for trial in trials
        if not trial.held
    ]
    return "\n".join(["## What did not hold", "", *lines]) if lines else ""


def _said(trials: Sequence[Trial]) -> str:
    """What people are told, each line once."""
    told = {trial.said: trial for trial in trials if trial.said and trial.held}
    lines = [f"- {trial.fault}: `{_plain(said)}`" for said, trial in told.items()]
    return "\n".join(["## What people are told", "", *lines]) if lines else ""


def _moment(trial: Trial) -> str:
    return "" if trial.seconds is None else f" after {trial.seconds:g} s"


def _plain(text: str) -> str:
    return text.replace("`", "'").replace("|", "/")
