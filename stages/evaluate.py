"""Test all models: data/models/ and the test reviews to reports/, and the written cases too."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
import torch

from reelvec.base.errors import shown_to_people
from reelvec.base.executor import THREADS
from reelvec.base.project.files import write_json, write_text
from reelvec.base.project.params_file import read_entries, read_section
from reelvec.base.project.paths import (
    BEHAVIOUR,
    LENGTHS,
    REPORTS,
    REVIEWS,
    SHORT_JUDGEMENTS,
    TEST,
    reviews_of,
)
from reelvec.base.project.provenance import data_line, label_names
from reelvec.base.project.section import Text
from reelvec.base.schema.baselines import BaselineParams
from reelvec.base.schema.ensembles import EnsembleParams
from reelvec.base.schema.evaluation import EvaluationParams
from reelvec.base.schema.students import StudentParams
from reelvec.base.schema.variants import VariantParams
from reelvec.evaluation.behaviour import behaviour_json, check, load_cases
from reelvec.evaluation.behaviour_report import behaviour_markdown
from reelvec.evaluation.lengths import lengths_json, measured, texts_of
from reelvec.evaluation.lengths_report import answer, lengths_markdown
from reelvec.evaluation.origins import ORIGINS, origins_of
from reelvec.evaluation.remembered import Remembered, fingerprint
from reelvec.evaluation.results import Results
from reelvec.evaluation.short_judgements import (
    check_short,
    load_short_cases,
    short_judgements_json,
)
from reelvec.evaluation.short_judgements_report import short_answer, short_judgements_markdown
from reelvec.evaluation.testing import answers_of, folders_of, logits_of_all, tested, write_tests
from reelvec.models.ensemble import Ensemble
from reelvec.models.folders import folder_of_model
from reelvec.models.load import load_models
from reelvec.models.logits import Logits
from reelvec.models.model import Model
from reelvec.models.rounds import reproducible
from reelvec.text.dataset import Dataset


def main() -> None:
    """Run the stage."""
    params, data = read_section(EvaluationParams), data_line()
    kinds = (VariantParams, BaselineParams, StudentParams, EnsembleParams)
    models = load_models(name for kind in kinds for name in read_entries(kind))
    texts = sorted({text for model in models.values() for text in model.texts})
    test = {text: Dataset.load(reviews_of(text) / TEST) for text in texts}
    remembered = Remembered()
    ask = partial(asked_side_by_side, remembered)
    logits = ask(models, test)
    results = tested(models, logits, test, params, remembered)
    write_tests(results, params, data, label_names())
    part = next(iter(test.values()))
    origins = origins_of(part.review_ids, part.targets, REVIEWS)
    origins.save(ORIGINS)
    for name, result in results.items():
        figures = result.metrics
        print(
            f"{name}: {figures['accuracy']:.2%} of {figures['test_reviews']:,} test reviews right "
            f"({100 * params.confidence:g}% interval {figures['accuracy_low']:.2%} to "
            f"{figures['accuracy_high']:.2%})"
        )

    default = Results(Path()).choose_model(None)
    encoders = {text: partial(remembered.encoded, reviews_of(text)) for text in texts}
    lengths = measured(models, logits, part, texts_of(part, REVIEWS), encoders, params, ask)
    write_json(LENGTHS, lengths_json(lengths, default))
    page = lengths_markdown(lengths, default, data, params.confidence, origins.known_films > 0)
    write_text(REPORTS / "lengths.md", page)
    print(answer(lengths, default))

    answers = {
        name: partial(remembered.answers, folders_of(name, model), partial(answers_of, model))
        for name, model in models.items()
    }
    cases, short_cases = load_cases(), load_short_cases()
    outcomes = {name: check(cases, asked) for name, asked in answers.items()}
    short = {name: check_short(short_cases, asked) for name, asked in answers.items()}
    remembered.forget_others()
    write_json(BEHAVIOUR, behaviour_json(outcomes))
    write_json(SHORT_JUDGEMENTS, short_judgements_json(short))
    page = behaviour_markdown(outcomes, data, params.confidence)
    section = short_judgements_markdown(short, default, params.confidence)
    write_text(REPORTS / "behaviour.md", f"{page}\n{section}")
    print(short_answer(short, default, "unseen", params.confidence))


def asked_side_by_side(
    remembered: Remembered, models: Mapping[str, Model], test: Mapping[Text, Dataset]
) -> dict[str, Logits]:
    """What each model gives reviews, asked in a thread of its own, some at a time."""

    reviews = {text: part.reviews for text, part in test.items()}
    asked = fingerprint(reviews)

    def ask(name: str) -> None:
        remembered.logits(folder_of_model(name), asked, partial(models[name].logits_of, reviews))

    alone = [name for name, model in models.items() if not isinstance(model, Ensemble)]
    # Each has a core, and the number of its threads decides the last digits.
    with ThreadPoolExecutor(THREADS, initializer=partial(torch.set_num_threads, 1)) as pool:
        list(pool.map(ask, alone))
    return logits_of_all(models, test, remembered)


if __name__ == "__main__":
    # The number of threads decides the last digits of a matrix product.
    with shown_to_people(), reproducible(1, torch.device("cpu")):
        main()
