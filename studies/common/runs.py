"""The cells of a study as runs of an MLflow experiment of their own."""

import hashlib
import json
import sys
from collections.abc import Sequence
from typing import Any

from tqdm import tqdm

from reelvec.tracking.record import FINGERPRINT


def record_cells(experiment: str, rows: Sequence[dict[str, Any]], figures: Sequence[str]) -> None:
    """Write a run for each cell that the experiment lacks; a store that fails is one warning.

    Args:
        experiment: its name in MLflow.
        rows: settings and figures of each cell.
        figures: which of the keys are metrics; the others are parameters, and tags to filter by.
    """
    from reelvec.tracking.runs import open_store, store_location

    location = store_location()
    try:
        store = open_store(location, experiment)
        finished = store.finished()
        for row in tqdm(rows, "MLflow", leave=False, disable=None):
            settings = {key: str(row[key]) for key in row if key not in figures}
            digest = hashlib.sha256(json.dumps([experiment, row], sort_keys=True).encode())
            tags = {**settings, FINGERPRINT: digest.hexdigest()}
            # Who was killed in the middle left one without an end, and perhaps without figures.
            if tags[FINGERPRINT] not in finished:
                run = store.run(" ".join(settings.values()), settings, tags)
                run.add_results({name: float(row[name]) for name in figures if name in row})
                run.finish("FINISHED")
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        print(
            f"warning: MLflow at {location.shown}: {reason}; the results are in reports all the "
            "same",
            file=sys.stderr,
        )
