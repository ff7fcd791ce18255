"""Train the baselines on the training part: data/raw/ to data/baselines/."""

from pathlib import Path

import pyarrow.parquet as pq

from reelvec.baselines import train_baseline
from reelvec.errors import shown_to_people
from reelvec.files import replacing, write_json
from reelvec.params import load_params
from reelvec.parts import split_reviews
from reelvec.pretrained import load_glove
from reelvec.text import tokenize


def main() -> None:
    """Run the stage."""
    params = load_params()
    table = pq.read_table("data/raw/imdb.parquet")
    rows = split_reviews(table, params.vocabulary)
    glove = load_glove(Path("data/raw/glove"))
    parts = {name: table.take(rows[name]) for name in ("train", "valid")}
    corpora = {
        name: tokenize(part["text"], params.baselines.preprocess) for name, part in parts.items()
    }
    labels = {name: part["label"].to_numpy() for name, part in parts.items()}
    metrics = {}
    with replacing(Path("data/baselines")) as folder:
        folder.mkdir()
        for name, each in params.baselines.models.items():
            baseline = train_baseline(each, corpora["train"], labels["train"], glove)
            baseline.save(folder / name)
            accuracies = {
                f"{part}_accuracy": (
                    (baseline.probabilities(corpora[part]) > 0.5) == labels[part]
                ).mean()
                for part in parts
            }
            metrics[name] = {**accuracies, "trainable_parameters": len(baseline.ngrams) + 1}
            print(f"{name}: {accuracies['valid_accuracy']:.2%} of the validation reviews right")
    write_json(Path("reports/metrics/train_baselines.json"), metrics)


if __name__ == "__main__":
    with shown_to_people():
        main()
