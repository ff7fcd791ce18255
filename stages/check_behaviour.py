"""Ask every model about the written cases: data/behaviour.csv to reports/behaviour.md."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import reelvec.base.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.files import write_json, write_text
from reelvec.base.provenance import data_line
from reelvec.base.schema.whole import Params, load_params
from reelvec.evaluation.behaviour import (
    Probabilities,
    behaviour_json,
    behaviour_markdown,
    check,
    load_cases,
)
from reelvec.models.ensemble import Ensemble
from reelvec.models.linear import Baseline
from reelvec.models.predictor import Predictor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DATA = Path("data")
REPORTS = Path("reports")


def main() -> None:
    """Run the stage."""
    params, cases = load_params(), load_cases()
    results = {name: check(cases, probabilities) for name, probabilities in models(params).items()}
    write_json(REPORTS / "metrics" / "behaviour.json", behaviour_json(results))
    report = behaviour_markdown(results, data_line(), params.evaluation.confidence)
    write_text(REPORTS / "behaviour.md", report)
    print(f"wrote {REPORTS / 'behaviour.md'}: {len(results)} models, {len(cases)} cases each")


def models(params: Params) -> dict[str, Probabilities]:
    """What gives P(positive) of texts, by the name in the report."""
    found: dict[str, Probabilities] = {}
    for name in params.variants:
        found[name] = Predictor.load(DATA / "models" / name).probabilities
    for name in params.baselines:
        found[name] = Baseline.load(DATA / "baselines" / name).probabilities
    single = dict(found)
    for name in params.ensembles:
        found[name] = together(Ensemble.load(DATA / "ensembles" / f"{name}.json"), single)
    return found


def together(ensemble: Ensemble, members: dict[str, Probabilities]) -> Probabilities:
    """What an ensemble makes of what its members make of texts."""

    def probabilities(texts: Sequence[str]) -> "NDArray[np.float64]":
        return ensemble.probabilities([members[name](texts) for name in ensemble.members])

    return probabilities


if __name__ == "__main__":
    with shown_to_people():
        main()
