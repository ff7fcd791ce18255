"""Train the baselines on the training part: data/plain/ and data/processed/ to data/baselines/."""

from pathlib import Path

import reelvec.base.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.files import replacing, write_json
from reelvec.base.schema.baselines import BaselineParams
from reelvec.base.schema.whole import load_params
from reelvec.models.linear import train_baseline
from reelvec.models.word_vectors import WordVectors, folder_of_vectors, load_word_vectors
from reelvec.text.dataset import Dataset
from reelvec.text.tokenizer import Tokenizer

DATA = Path("data")


def main() -> None:
    """Run the stage."""
    metrics = {}
    with replacing(DATA / "baselines") as folder:
        folder.mkdir()
        for name, params in load_params().baselines.items():
            text = DATA / params.text
            parts = {part: Dataset.load(text / part) for part in ("train", "valid")}
            vectors = vectors_of(params)
            baseline = train_baseline(params, Tokenizer.load(text), parts["train"], vectors)
            baseline.save(folder / name, parts["valid"].reviews)
            metrics[name] = {
                f"{part}_accuracy": (
                    (baseline.probabilities_of(data.reviews) > 0.5) == data.targets
                ).mean()
                for part, data in parts.items()
            }
            dimensions = len(baseline.scale) if vectors is None else vectors.vectors.shape[1]
            metrics[name]["trainable_parameters"] = dimensions + 1
            print(f"{name}: {metrics[name]['valid_accuracy']:.2%} of the validation reviews right")
    write_json(Path("reports/metrics/train_baselines.json"), metrics)


def vectors_of(params: BaselineParams) -> WordVectors | None:
    """The vectors that a baseline averages, if it does."""
    if params.embedding is None:
        return None
    return load_word_vectors(folder_of_vectors(params.embedding))


if __name__ == "__main__":
    with shown_to_people():
        main()
