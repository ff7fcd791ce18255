"""How MLflow behaves in this project, said before it is imported."""

import os

# Read by MLflow at each request or at its import; what the user has set stays. No retries: each
# one could make a second run on a server that is only slow, and `make track` repairs the rest.
_DEFAULTS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "5",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_UV_AUTO_DETECT": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}


def prepare_environment() -> None:
    """Have MLflow give up soon and keep quiet, unless the environment says otherwise."""
    for variable, value in _DEFAULTS.items():
        os.environ.setdefault(variable, value)
