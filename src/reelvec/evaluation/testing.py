"""What a model is tested for, and the files that say how it did."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from reelvec.base.project.files import replacing, write_json, write_text
from reelvec.base.project.paths import MISTAKES, PLOTS, PREDICTIONS, REPORTS, REVIEWS, TEST_METRICS
from reelvec.base.project.provenance import LABELS, LabelNames
from reelvec.base.project.section import Text
from reelvec.base.schema.evaluation import EvaluationParams
from reelvec.evaluation.curves import as_csv
from reelvec.evaluation.explain import contributions
from reelvec.evaluation.mistakes import (
    Mistake,
    Words,
    explained,
    find_mistakes,
    mistakes_markdown,
    save_mistakes,
)
from reelvec.evaluation.predictions import Predictions
from reelvec.evaluation.remembered import Remembered, fingerprint
from reelvec.evaluation.scores import (
    Metrics,
    calibration_curve,
    confusion_csv,
    evaluate,
    roc_points,
)
from reelvec.models.ensemble import Ensemble
from reelvec.models.folders import folder_of_model
from reelvec.models.linear import Baseline
from reelvec.models.logits import Logits, probabilities_of
from reelvec.models.model import Model
from reelvec.models.predictor import Predictor
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import UNKNOWN, limit_ids

OUTPUT_FOLDERS = (
    PREDICTIONS,
    TEST_METRICS,
    MISTAKES,
    REPORTS / "mistakes",
    PLOTS / "roc",
    PLOTS / "calibration",
    PLOTS / "confusion",
)
"""Each has one file a model."""


@dataclass(frozen=True, slots=True)
class Tested:
    """How a model did on the test reviews.

    Attributes:
        predictions: of all test reviews.
        metrics: what `reports/metrics/evaluate/<model>.json` holds.
        mistakes: the surest ones, with the words that decided.
    """

    predictions: Predictions
    metrics: Metrics
    mistakes: Sequence[Mistake]


def logits_of_all(
    models: Mapping[str, Model],
    test: Mapping[Text, Dataset],
    remembered: Remembered | None = None,
) -> dict[str, Logits]:
    """What each model gives the test reviews; an ensemble adds up what its members gave.

    Args:
        models: by name, an ensemble behind its members.
        test: the test reviews by kind of text, in the same order.
        remembered: what the project's models said before.
    """
    reviews = {text: part.reviews for text, part in test.items()}
    asked = fingerprint(reviews) if remembered else ""
    found: dict[str, Logits] = {}
    for name, model in models.items():
        if isinstance(model, Ensemble) and model.members.keys() <= found.keys():
            found[name] = model.weighing.combined(found)
        elif remembered:
            ask = partial(model.logits_of, reviews)
            found[name] = remembered.logits(folder_of_model(name), asked, ask)
        else:
            found[name] = model.logits_of(reviews)
    return found


def tested(
    models: Mapping[str, Model],
    logits: Mapping[str, Logits],
    test: Mapping[Text, Dataset],
    params: EvaluationParams,
    remembered: Remembered | None,
) -> dict[str, Tested]:
    """Score models, and look at their surest mistakes.

    Args:
        models: by name.
        logits: what each gave the test reviews.
        test: the test reviews by kind of text.
        params: how results are described.
        remembered: what the project's models said before.

    Raises:
        ReelvecError: the test reviews are of one class, or the reviews' texts are not there.
    """
    part = next(iter(test.values()))
    predictions = {
        name: Predictions(part.review_ids, part.targets, probabilities_of(logits[name]))
        for name in models
    }
    mistakes = find_mistakes(predictions, REVIEWS, params.mistakes)
    return {
        name: Tested(
            predictions[name],
            {**evaluate(predictions[name], params), **_out_of_vocabulary(model, test)},
            explained(mistakes[name], _deciding_words(name, model, remembered)),
        )
        for name, model in models.items()
    }


def answers_of(model: Model, texts: Sequence[str]) -> Logits:
    """P(positive) of raw texts, float64 (texts,)."""
    return probabilities_of(model.logits(texts))


def folders_of(name: str, model: Model) -> list[Path]:
    """Where what a model answers by lies: its own folder, and those of an ensemble's members."""
    members = model.members if isinstance(model, Ensemble) else ()
    return [folder_of_model(each) for each in (name, *members)]


def write_tests(
    results: Mapping[str, Tested],
    params: EvaluationParams,
    data: str,
    names: LabelNames = LABELS,
) -> None:
    """Write the files of all models, in folders that hold nothing else afterwards.

    Args:
        results: by model.
        params: how many bins a calibration curve has.
        data: the line that says which reviews.
        names: what their labels are called.
    """
    for folder in OUTPUT_FOLDERS:
        with replacing(folder) as temporary:
            temporary.mkdir()
    for name, result in results.items():
        predictions = result.predictions
        calibration = calibration_curve(predictions, params.calibration_bins)
        predictions.save(PREDICTIONS / f"{name}.parquet")
        write_json(TEST_METRICS / f"{name}.json", result.metrics)
        write_text(PLOTS / "roc" / f"{name}.csv", as_csv(roc_points(predictions)))
        write_text(PLOTS / "calibration" / f"{name}.csv", as_csv(calibration))
        write_text(PLOTS / "confusion" / f"{name}.csv", confusion_csv(predictions, names))
        save_mistakes(MISTAKES / f"{name}.json", result.mistakes)
        page = mistakes_markdown(name, result.mistakes, data, names)
        write_text(Path(REPORTS, "mistakes", f"{name}.md"), page)


def _deciding_words(
    name: str, model: Model, remembered: Remembered | None
) -> Callable[[Sequence[str]], list[Words]]:
    decided = partial(_decided, model)
    return partial(remembered.words, folders_of(name, model), decided) if remembered else decided


def _decided(model: Model, texts: Sequence[str]) -> list[Words]:
    return [
        tuple((each.words, each.logit) for each in words) for words in contributions(model, texts)
    ]


def _out_of_vocabulary(model: Model, test: Mapping[Text, Dataset]) -> Metrics:
    """The share of the words that a model does not know; an ensemble's members each know others."""
    if not isinstance(model, Predictor | Baseline):
        return {}
    (text,) = model.texts
    ids = limit_ids(test[text].reviews, model.words).ids
    return {"out_of_vocabulary": float(np.mean(ids == UNKNOWN)) if len(ids) else 0.0}
