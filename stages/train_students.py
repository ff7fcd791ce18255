"""Train each student from labels and lessons: data/<text>/ and data/lessons/ to data/students/."""

from dataclasses import asdict

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
    TRAIN,
    UNSUP,
    VALID,
    reviews_of,
)
from reelvec.base.project.provenance import label_names
from reelvec.base.schema.students import StudentParams
from reelvec.base.schema.training import TrainingParams
from reelvec.models.classifier import count_parameters
from reelvec.models.predictor import Predictor
from reelvec.models.rounds import TrainingParts, fit
from reelvec.models.training import pick_device
from reelvec.models.word_vectors import folder_of_vectors, load_word_vectors
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
            labelled, validation, unlabelled = (
                Dataset.load(data / part) for part in (TRAIN, VALID, UNSUP)
            )
            lesson = taught(name, unlabelled)
            parts = TrainingParts(labelled.followed_by(lesson), validation)
            tokenizer = Tokenizer.load(data)
            vectors = folder_of_vectors(params.embedding)
            fitted = fit(
                params.variant,
                tokenizer.vocabulary,
                parts,
                load_word_vectors(vectors) if params.is_pretrained else None,
                pick_device(training.device),
                threads=training.threads,
            )
            tokenizer = tokenizer.limited(fitted.model.reader.words)
            student = Predictor(name, params.variant, tokenizer, fitted.model, label_names())
            student.save(folder / name, fitted.validation_logits)
            best = asdict(fitted.best)
            metrics[name] = {
                "best_epoch": best.pop("epoch"),
                "epochs": len(fitted.history),
                **best,
                "trainable_parameters": count_parameters(fitted.model)[1],
                "labelled_reviews": len(labelled) + len(validation),
                "unlabelled_reviews": len(unlabelled),
            }
            print(f"{name}: {fitted.best.valid_accuracy:.2%} of the validation reviews right")
    write_json(STUDENT_METRICS, metrics)


if __name__ == "__main__":
    with shown_to_people():
        main()
