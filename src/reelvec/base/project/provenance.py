"""Which data the results are from."""

from pathlib import Path

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import read_json
from reelvec.base.project.paths import IMDB_METRICS


def data_line(path: Path = IMDB_METRICS) -> str:
    """The sentence that says which reviews the results are from: the first line of any report.

    Raises:
        ReelvecError: `fetch_imdb` has not run.
    """
    try:
        return str(read_json(path)["data"])
    except (FileNotFoundError, KeyError, ValueError):
        raise ReelvecError(f"{path}: missing or damaged; run `dvc repro fetch_imdb`") from None
