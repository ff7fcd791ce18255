"""A new database file for MLflow, whole or not at all."""

from pathlib import Path

from mlflow import MlflowClient

from reelvec.base.project.files import replacing
from reelvec.tracking.lock import DATABASE_FILE


def make_database(uri: str) -> None:
    """Make the database file that an address names, where there is none.

    MLflow makes one table after the other, and can do nothing with a file in which it was killed.

    Args:
        uri: of a store; nothing happens where it is no database file.

    Raises:
        Exception: whatever MLflow and what lies below it raise when a file cannot be made.
    """
    path = Path(uri.removeprefix(DATABASE_FILE))
    if not uri.startswith(DATABASE_FILE) or (path.exists() and path.stat().st_size):
        return
    with replacing(path) as temporary:
        new = f"{DATABASE_FILE}{temporary}"
        MlflowClient(tracking_uri=new, registry_uri=new).search_experiments()
