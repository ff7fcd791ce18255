"""Which model answers where none is named: the best on validation, of whatever kind."""

import json
from pathlib import Path

import pytest

from reelvec.evaluation.results import Results

FOLDERS = {"scratch": "models", "counts": "baselines", "both": "ensembles"}


def project(folder: Path, accuracies: dict[str, float]) -> Results:
    together: dict[str, dict[str, dict[str, float]]] = {"baselines": {}, "ensembles": {}}
    for name, accuracy in accuracies.items():
        kind, figures = FOLDERS[name], {"valid_accuracy": accuracy}
        config = folder / "data" / kind / name / "config.json"
        config.parent.mkdir(parents=True)
        config.write_text("{}", encoding="utf-8")
        if kind in together:
            together[kind][name] = figures
        else:
            write(folder / f"reports/metrics/train/{name}.json", figures)
    for kind, all_figures in together.items():
        write(folder / f"reports/metrics/train_{kind}.json", all_figures)
    return Results(folder)


def write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize("best", FOLDERS)
def test_the_default_is_the_best_on_validation_of_whatever_kind(tmp_path: Path, best: str) -> None:
    accuracies = dict.fromkeys(FOLDERS, 0.8) | {best: 0.9}
    results = project(tmp_path, accuracies)
    # The test reviews have no say, however they came out.
    for name in FOLDERS:
        write(
            tmp_path / f"reports/metrics/evaluate/{name}.json", {"accuracy": 1 - accuracies[name]}
        )
    assert results.choose_model(None) == best
