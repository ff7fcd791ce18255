"""All that is used of MLflow beyond what it documents.

Any release of MLflow may change it. tests/test_private_interfaces.py names what is gone, and sees
that no other module imports any of it.
"""

from typing import Any

from mlflow.utils.credentials import get_default_host_creds
from mlflow.utils.rest_utils import http_request

DATABASES = "mlflow.store.db.utils"
"""Who tells, in the log, of the tables of a new database, and of what fails in any."""


def ask_whether_well(server: str, seconds: float) -> None:
    """Ask a tracking server once how it is, as the person whom MLflow's variables name.

    Args:
        server: its address, http or https.
        seconds: how long to wait.

    Raises:
        MlflowException: it does not answer in time.
    """
    credentials = get_default_host_creds(server)  # type: ignore[no-untyped-call]
    http_request(  # type: ignore[no-untyped-call]
        credentials, "/health", "GET", max_retries=0, timeout=seconds
    )


def scoring_application(model: Any) -> Any:
    """The web application (ASGI) that `mlflow models serve` runs, around a loaded model."""
    from mlflow.pyfunc.scoring_server import init

    return init(model)
