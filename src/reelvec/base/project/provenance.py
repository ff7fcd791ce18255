"""Which data the results are from, and what its labels are called."""

from pathlib import Path
from typing import Any

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import read_json
from reelvec.base.project.paths import IMDB_METRICS

LabelNames = tuple[str, str]
"""What the labels 0 and 1 are called."""

LABELS: LabelNames = ("negative", "positive")
"""In the official reviews."""

OTHER = "OTHER DATA (not the official IMDb reviews)"
"""How the line begins that tells of any other reviews than the official ones and the sample."""


def data_line(path: Path = IMDB_METRICS) -> str:
    """The sentence that says which reviews the results are from: the first line of any report.

    Raises:
        ReelvecError: `fetch_imdb` has not run.
    """
    return str(_fetched(path)["data"])


def is_other(data: str) -> bool:
    """Whether a line of data tells of a person's own reviews, which need not be of films."""
    return data.startswith(OTHER)


def label_names(path: Path = IMDB_METRICS) -> LabelNames:
    """The names that the data has for its labels.

    Raises:
        ReelvecError: as for `data_line`.
    """
    names = _fetched(path).get("labels", {})
    return names.get("negative", LABELS[0]), names.get("positive", LABELS[1])


def _fetched(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = read_json(path)
        found["data"]
    except (FileNotFoundError, KeyError, TypeError, ValueError):
        raise ReelvecError(f"{path}: missing or damaged; run `dvc repro fetch_imdb`") from None
    return found
