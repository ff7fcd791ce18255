"""Averaged word2vec, LSTM and CNN over the same frozen vectors: does order help?"""

from pathlib import Path

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
import numpy as np
import torch
from studies.common.params import load_study, study_variant
from studies.common.runs import record_cells

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json, write_text
from reelvec.base.project.provenance import data_line
from reelvec.base.schema.baselines import BaselineParams
from reelvec.evaluation.comparison import compare_pair
from reelvec.evaluation.predictions import Predictions
from reelvec.evaluation.tables import markdown_table, shown_p, signed
from reelvec.models.inference import predict_logits
from reelvec.models.linear import train_baseline
from reelvec.models.logits import probabilities_of
from reelvec.models.rounds import TrainingParts, fit
from reelvec.models.word_vectors import folder_of_vectors, load_word_vectors
from reelvec.text.dataset import Dataset
from reelvec.text.tokenizer import Tokenizer

HERE = Path("studies/tutorials")
REPORTS = HERE / "reports"
DATA = Path("data/processed")
CPU = torch.device("cpu")
AVERAGE = "average"

HOW_TO_READ = """\
All three read the same frozen vectors, trained by gensim on the 75,000 reviews that are no test
reviews. Points: accuracy of the encoder less that of the average, on the same test reviews, with
McNemar's exact p. The tutorial says that "LSTM consistently outperformed averaging": one training
each, on one division of the reviews, is what this table holds against it."""


def main() -> None:
    """Run the study."""
    study = load_study(HERE)
    settings = study["word2vec_classifier"]
    tokenizer = Tokenizer.load(DATA)
    training, validation, test = (Dataset.load(DATA / part) for part in ("train", "valid", "test"))
    vectors = load_word_vectors(folder_of_vectors("word2vec"))
    average = BaselineParams(
        text="processed", weighting="average", embedding="word2vec", strength=settings["strength"]
    )
    baseline = train_baseline(AVERAGE, average, tokenizer, training, vectors)
    found = {AVERAGE: probabilities_of(baseline.logits_of({"processed": test.reviews}))}
    epochs = {AVERAGE: "–"}
    given = TrainingParts(training, validation)
    for name, changes in settings["encoders"].items():
        params = study_variant(settings["variant"], changes)
        trained = fit(params, tokenizer.vocabulary, given, vectors, CPU)
        logits = predict_logits(trained.model, test.reviews, CPU).numpy().astype(np.float64)
        found[name] = probabilities_of(logits)
        epochs[name] = f"{trained.best.epoch} of {len(trained.history)}"
        print(f"{name}: {((logits > 0) == test.targets).mean():.2%}, epochs {epochs[name]}")
    predictions = {
        name: Predictions(test.review_ids, test.targets, probabilities)
        for name, probabilities in found.items()
    }
    table = [["Classifier", "Test accuracy", "Best epoch", "Points over the average", "p"]]
    cells = []
    for name, each in predictions.items():
        pair = compare_pair(each, predictions[AVERAGE], 0.95)
        against = ["–", "–"]
        if name != AVERAGE:
            interval = f"({signed(pair.low)} to {signed(pair.high)})"
            against = [f"{signed(pair.difference)} {interval}", shown_p(pair.p_value)]
        accuracy = float(each.correct.mean())
        table.append([name, f"{accuracy:.2%}", epochs[name], *against])
        cells.append(
            {"study": "word2vec_classifier", "classifier": name, "test_accuracy": accuracy}
        )
    title = "# word2vec classifier: averages, LSTM, CNN"
    parts = [data_line(), title, markdown_table(table), HOW_TO_READ]
    write_text(REPORTS / "word2vec_classifier.md", "\n\n".join(parts) + "\n")
    accuracies = {cell["classifier"]: cell["test_accuracy"] for cell in cells}
    write_json(REPORTS / "word2vec_classifier.json", {"test_accuracy": accuracies})
    record_cells(study["experiment"], cells, ["test_accuracy"])


if __name__ == "__main__":
    with shown_to_people():
        main()
