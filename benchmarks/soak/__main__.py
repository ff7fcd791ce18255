"""Serve a trained model, let clients ask it for long, and write down what came."""

import argparse
import asyncio
import random
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from benchmarks.soak.campaign import Kept, soaked
from benchmarks.soak.questions import questions
from benchmarks.soak.report import LOG, faults_of
from benchmarks.soak.server import serving
from benchmarks.torture.report import PAGE, write_page
from reelvec.base.errors import ReelvecError, shown_to_people
from reelvec.base.project.files import write_json
from reelvec.base.project.params_file import read_section
from reelvec.base.schema.serving import ServingParams

MODEL = Path("data/ensembles/best")
WORKERS = 2
"""As many as `make serve` has."""


def main() -> None:
    """Soak a server and keep what came of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="how long clients ask")
    parser.add_argument("--clients", type=int, default=50, help="how many ask at once")
    parser.add_argument("--model", type=Path, default=MODEL, help=f"its folder ({MODEL})")
    asked = parser.parse_args()
    result = soak(asked.model, asked.minutes, asked.clients)
    write_json(LOG, asdict(result))
    write_page()
    if faults := faults_of(result):
        raise ReelvecError(f"{'; '.join(faults)}: see {LOG}")
    print(f"{result.requests:,} requests were answered as they should be: {PAGE}", file=sys.stderr)


def soak(folder: Path, minutes: float, clients: int) -> Kept:
    """Serve the model in a folder, and soak it."""
    from mlflow.models import Model

    from reelvec.export.mlflow_folder import save_package
    from reelvec.models.load import read_model

    limits, model = read_section(ServingParams), read_model(folder)
    asked = questions(model, limits, random.Random(0))
    with tempfile.TemporaryDirectory(prefix="soak") as temporary:
        place = Path(temporary, "mlflow")
        save_package(place, folder, Model(), limits)
        with serving(str(place), Path(temporary), WORKERS) as served:
            return asyncio.run(soaked(served, model.name, asked, minutes, clients))


if __name__ == "__main__":
    with shown_to_people():
        main()
