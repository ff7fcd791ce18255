"""What came of each attack: kept in `log.json` here, told in `docs/reliability.md`."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import write_json

LOG = Path("benchmarks/torture/log.json")


@dataclass(frozen=True, slots=True)
class Trial:
    """One attack, once.

    Attributes:
        attack: its name.
        fault: what was done.
        data: the reviews it was tried on.
        seconds: after the start of what was attacked; None where that is no question.
        broken: what did not hold; empty where all did.
        said: the last line that the attacked command had for people, if it failed.
    """

    attack: str
    fault: str
    data: str
    seconds: float | None = None
    broken: str = ""
    said: str = ""

    @property
    def held(self) -> bool:
        """Whether all that is promised held."""
        return not self.broken


def read_trials(path: Path = LOG) -> list[Trial]:
    """The trials of the last campaign.

    Raises:
        ReelvecError: there is no log, or it is damaged.
    """
    try:
        return [Trial(**each) for each in json.loads(path.read_bytes())]
    except (OSError, ValueError, TypeError) as error:
        raise ReelvecError(
            f"{path}: no log of a campaign ({error}); `make torture` writes one"
        ) from None


def write_trials(trials: Sequence[Trial], path: Path = LOG) -> None:
    """Put trials in the place of earlier ones of the same attacks on the same reviews."""
    again = {(trial.attack, trial.data) for trial in trials}
    earlier = read_trials(path) if path.exists() else []
    kept = [trial for trial in earlier if (trial.attack, trial.data) not in again]
    write_json(path, [asdict(trial) for trial in [*kept, *trials]])
