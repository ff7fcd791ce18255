"""Weigh the members of each ensemble on the validation reviews: to data/ensembles/."""

from collections.abc import Iterable

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import read_json, replacing, write_json
from reelvec.base.project.params_file import read_entries
from reelvec.base.project.paths import (
    BASELINE_METRICS,
    ENSEMBLE_METRICS,
    ENSEMBLES,
    PROCESSED,
    STUDENT_METRICS,
    TRAIN_METRICS,
    VALID,
)
from reelvec.base.schema.ensembles import EnsembleParams
from reelvec.models.ensemble import fit_weighing
from reelvec.models.folders import folder_of_model
from reelvec.models.logits import load_validation_logits
from reelvec.text.dataset import Dataset

REVIEWS_USED = ("labelled_reviews", "unlabelled_reviews")


def reviews_used(members: Iterable[str]) -> dict[str, int]:
    """The most reviews that a member learned from; the weights are fitted on some of them."""
    together = read_json(BASELINE_METRICS) | read_json(STUDENT_METRICS)
    figures = [
        together[name] if name in together else read_json(TRAIN_METRICS / f"{name}.json")
        for name in members
    ]
    return {key: max(each[key] for each in figures) for key in REVIEWS_USED}


def main() -> None:
    """Run the stage."""
    labels = Dataset.load(PROCESSED / VALID).targets
    metrics = {}
    with replacing(ENSEMBLES) as folder:
        folder.mkdir()
        for name, each in read_entries(EnsembleParams).items():
            logits = {
                member: load_validation_logits(folder_of_model(member)) for member in each.members
            }
            weighing, accuracy = fit_weighing(logits, labels)
            weighing.save(folder / name)
            metrics[name] = {
                "valid_accuracy": accuracy,
                "trainable_parameters": len(weighing.members) + 1,
                **reviews_used(weighing.members),
            }
            print(
                f"{name}: {accuracy:.2%} of the validation reviews right, each fold by the others"
            )
    write_json(ENSEMBLE_METRICS, metrics)


if __name__ == "__main__":
    with shown_to_people():
        main()
