"""Train each student from labels and lessons: data/<text>/ and data/lessons/ to data/students/."""

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
import numpy as np

from reelvec.base.errors import ReelvecError, shown_to_people
from reelvec.base.messages import run_again
from reelvec.base.project.files import replacing, write_json
from reelvec.base.project.params_file import read_entries, read_section
from reelvec.base.project.paths import (
    LESSONS,
    STUDENT_METRICS,
    STUDENTS,
    reviews_of,
)
from reelvec.base.project.provenance import label_names
from reelvec.base.schema.students import StudentParams
from reelvec.base.schema.training import TrainingParams
from reelvec.models.classifier import count_parameters
from reelvec.models.predictor import Predictor
from reelvec.models.rounds import TrainingParts, fit, vectors_named_by
from reelvec.models.training import pick_device
from reelvec.text.dataset import Dataset
from reelvec.text.tokenizer import Tokenizer


def taught(student: str, unlabelled: Dataset) -> Dataset:
    """The unlabelled reviews with the probabilities that the teachers give them together."""
    path = LESSONS / f"{student}.npy"
    try:
        return unlabelled.believed(np.load(path))
    except (OSError, ValueError) as error:
        raise ReelvecError(
            f"{path}: not there or damaged ({type(error).__name__}); {run_again('prepare_lessons')}"
        ) from None


def main() -> None:
    """Run the stage."""
    training = read_section(TrainingParams)
    metrics = {}
    with replacing(STUDENTS) as folder:
        folder.mkdir()
        for name, params in read_entries(StudentParams).items():
            data = reviews_of(params.text)
            parts = TrainingParts.load(data)
            learned = parts.training.followed_by(taught(name, parts.unlabelled))
            tokenizer = Tokenizer.load(data)
            fitted = fit(
                params.variant,
                tokenizer.vocabulary,
                TrainingParts(learned, parts.validation),
                vectors_named_by(params),
                pick_device(training.device),
                threads=training.threads,
            )
            tokenizer = tokenizer.limited(fitted.model.reader.words)
            student = Predictor(name, params.variant, tokenizer, fitted.model, label_names())
            student.save(folder / name, fitted.validation_logits)
            metrics[name] = {
                **fitted.figures,
                "trainable_parameters": count_parameters(fitted.model)[1],
                "labelled_reviews": len(parts.training) + len(parts.validation),
                "unlabelled_reviews": len(parts.unlabelled),
            }
            print(f"{name}: {fitted.best.valid_accuracy:.2%} of the validation reviews right")
    write_json(STUDENT_METRICS, metrics)


if __name__ == "__main__":
    with shown_to_people():
        main()
