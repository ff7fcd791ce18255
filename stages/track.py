"""Write what DVC holds of all models to MLflow; the receipt, data/tracked.json, says of which.

MLflow is a view: a server that is down is one warning, and `make track` catches up.
"""

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json
from reelvec.base.project.paths import TRACKED
from reelvec.base.schema.whole import load_params
from reelvec.tracking.fingerprint import files_read_once, fingerprint_of
from reelvec.tracking.runs import record_or_warn


def main() -> None:
    """Run the stage."""
    params = load_params()
    record_or_warn(params)
    with files_read_once():
        write_json(TRACKED, {model: fingerprint_of(params, model) for model in params.models})
    print(f"wrote {TRACKED}; `make mlflow` shows {len(params.models)} runs")


if __name__ == "__main__":
    with shown_to_people():
        main()
