"""The Keras tutorial's LSTM and GRU over padded sequences: curves, and what padding does."""

from pathlib import Path

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
import torch
from studies.common.lines import Line, draw_lines
from studies.common.params import load_study, study_variant
from studies.common.runs import record_cells
from studies.common.tutorial_reviews import read_tutorial_reviews

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json, write_text
from reelvec.base.project.provenance import data_line
from reelvec.evaluation.tables import markdown_table
from reelvec.models.inference import predict_logits
from reelvec.models.rounds import TrainingParts, fit
from reelvec.models.training import Fitted
from reelvec.report.figures.style import save_figure

HERE = Path("studies/tutorials")
REPORTS = HERE / "reports"
CPU = torch.device("cpu")

HOW_TO_READ = """\
The tutorial publishes its curves as pictures, without figures to hold ours against. Padding is
masked: it never reaches the state, so that a review is judged alike in any batch. The test accuracy
is that of the epoch with the smallest validation loss."""


def main() -> None:
    """Run the study."""
    study = load_study(HERE)
    settings = study["keras_rnn"]
    data = read_tutorial_reviews(settings["words"])
    training, validation = data.divided(settings["validation"], settings["seed"])
    found: dict[str, Fitted] = {}
    table = [["Encoder", "Best epoch", "Train accuracy", "Validation accuracy", "Test accuracy"]]
    cells = []
    given = TrainingParts(training, validation)
    for encoder in settings["encoders"]:
        changes = {"encoder": encoder, "seed": settings["seed"]}
        params = study_variant(
            settings["variant"], changes, {"patience": settings["variant"]["epochs"]}
        )
        found[encoder] = trained = fit(params, data.tokens, given, None, CPU)
        logits = predict_logits(trained.model, data.test.reviews, CPU).numpy()
        accuracy = float(((logits > 0) == data.test.targets).mean())
        best = trained.best
        shown = [f"{each:.2%}" for each in (best.train_accuracy, best.valid_accuracy, accuracy)]
        table.append([encoder, f"{best.epoch}", *shown])
        figures = {"valid_accuracy": best.valid_accuracy, "test_accuracy": accuracy}
        cells.append({"study": "keras_rnn", "encoder": encoder, **figures})
        print(table[-1])
    lines = {}
    for encoder, trained in found.items():
        epochs = [each.epoch for each in trained.history]
        lines[f"{encoder}, training"] = Line(epochs, [each.train_loss for each in trained.history])
        lines[f"{encoder}, validation"] = Line(
            epochs, [each.valid_loss for each in trained.history]
        )
    labels = ("epoch", "loss (nats a review)")
    figure = draw_lines(
        lines, "LSTM and GRU: where they begin to learn by heart", labels, data_line()
    )
    save_figure(figure, REPORTS / "keras_rnn")
    title = "# Keras tutorial: LSTM and GRU"
    parts = [data_line(), title, markdown_table(table), "![Loss](keras_rnn.png)", HOW_TO_READ]
    write_text(REPORTS / "keras_rnn.md", "\n\n".join(parts) + "\n")
    accuracies = {cell["encoder"]: cell["test_accuracy"] for cell in cells}
    write_json(REPORTS / "keras_rnn.json", {"test_accuracy": accuracies})
    record_cells(study["experiment"], cells, ["valid_accuracy", "test_accuracy"])


if __name__ == "__main__":
    with shown_to_people():
        main()
