"""Train the baselines: data/plain/ and data/processed/ to data/baselines/."""

from dataclasses import replace

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import replacing, write_json
from reelvec.base.project.params_file import read_entries
from reelvec.base.project.paths import (
    BASELINE_METRICS,
    BASELINES,
    TRAIN,
    UNSUP,
    VALID,
    reviews_of,
)
from reelvec.base.project.provenance import label_names
from reelvec.base.schema.baselines import BaselineParams
from reelvec.models.linear import train_baseline
from reelvec.models.word_vectors import WordVectors, folder_of_vectors, load_word_vectors
from reelvec.text.dataset import Dataset
from reelvec.text.tokenizer import Tokenizer


def main() -> None:
    """Run the stage."""
    metrics: dict[str, dict[str, float]] = {}
    with replacing(BASELINES) as folder:
        folder.mkdir()
        for name, params in read_entries(BaselineParams).items():
            text = reviews_of(params.text)
            asked = (TRAIN, VALID, UNSUP) if params.teaches else (TRAIN, VALID)
            parts = {part: Dataset.load(text / part) for part in asked}
            vectors, tokenizer = vectors_of(params), Tokenizer.load(text)
            baseline = train_baseline(name, params, tokenizer, parts[TRAIN], vectors)
            logits = {
                part: baseline.logits_of({params.text: data.reviews})
                for part, data in parts.items()
            }
            metrics[name] = {
                f"{part}_accuracy": ((logits[part] > 0) == parts[part].targets).mean()
                for part in (TRAIN, VALID)
            }
            if params.refit:
                everything = parts[TRAIN].followed_by(parts[VALID])
                baseline = train_baseline(name, params, tokenizer, everything, vectors)
            baseline = replace(baseline, labels=label_names())
            baseline.save(folder / name, logits[VALID], logits.get(UNSUP))
            dimensions = len(baseline.scale) if vectors is None else vectors.vectors.shape[1]
            metrics[name] |= {
                "trainable_parameters": dimensions + 1,
                "labelled_reviews": len(parts[TRAIN]) + len(parts[VALID]),
                "unlabelled_reviews": 0,
            }
            print(f"{name}: {metrics[name]['valid_accuracy']:.2%} of the validation reviews right")
    write_json(BASELINE_METRICS, metrics)


def vectors_of(params: BaselineParams) -> WordVectors | None:
    """The vectors that a baseline averages, if it does."""
    if params.embedding is None:
        return None
    return load_word_vectors(folder_of_vectors(params.embedding))


if __name__ == "__main__":
    with shown_to_people():
        main()
