"""The PyTorch tutorial's bag of words: its published losses beside ours."""

from pathlib import Path

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
import numpy as np
import torch
from studies.common.lines import Line, draw_lines
from studies.common.params import load_study, study_variant
from studies.common.runs import record_cells
from studies.common.seeds import mean_over_seeds
from studies.common.tutorial_reviews import TutorialReviews, read_tutorial_reviews

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json, write_text
from reelvec.base.project.provenance import data_line
from reelvec.evaluation.tables import markdown_table
from reelvec.models.inference import predict_logits
from reelvec.models.rounds import fit_on_all
from reelvec.report.figures.style import save_figure

HERE = Path("studies/tutorials")
REPORTS = HERE / "reports"
CPU = torch.device("cpu")

HOW_TO_READ = """\
The tutorial pads each batch to its longest review and averages over the padding too; the last
columns show the same network with an average over the words alone, which learns sooner and ends
lower. The published run has one seed and no interval. {verdict}"""


def losses(data: TutorialReviews, settings: dict[str, object]) -> tuple[list[float], float]:
    """Train once: the training loss of each epoch, and the test accuracy at the end."""
    params = study_variant(settings)
    history: list[float] = []
    model = fit_on_all(
        params, data.tokens, data.training, None, CPU, on_epoch=lambda loss, _: history.append(loss)
    )
    logits = predict_logits(model, data.test.reviews, CPU).numpy()
    return history, float(((logits > 0) == data.test.targets).mean())


def main() -> None:
    """Run the study."""
    study = load_study(HERE)
    settings, published = study["pytorch_cbow"], study["pytorch_cbow"]["published"]
    data = read_tutorial_reviews(settings["words"])
    found: dict[bool, np.ndarray] = {}
    accuracy, cells = {}, []
    for padded in (True, False):
        runs = [
            losses(data, {**settings["variant"], "pool_padding": padded, "seed": seed})
            for seed in settings["seeds"]
        ]
        found[padded] = np.array([history for history, _ in runs])
        accuracy[padded] = mean_over_seeds([each for _, each in runs], 0.95)
        for seed, (history, right) in zip(settings["seeds"], runs, strict=True):
            cell = {"study": "pytorch_cbow", "pool_padding": padded, "seed": seed}
            cells.append({**cell, "train_loss": history[-1], "test_accuracy": right})
    ours, right_way = found[True].mean(axis=0), found[False].mean(axis=0)
    gaps = np.abs(ours - published)[5:]
    verdict = (
        f"From epoch 6 on our mean over {len(settings['seeds'])} seeds lies at most "
        f"{gaps.max():.4f} from the published loss."
    )
    header = ["Epoch", "Published", "Ours", "Lowest and highest seed", "Padding left out"]
    table = [header]
    for epoch, loss in enumerate(published):
        seeds = found[True][:, epoch]
        spread = f"{seeds.min():.4f} to {seeds.max():.4f}"
        row = [f"{epoch + 1}", f"{loss:.4f}", f"{ours[epoch]:.4f}", spread]
        table.append([*row, f"{right_way[epoch]:.4f}"])
    shown = {padded: f"{mean.value:.2%}" for padded, mean in accuracy.items()}
    tested = f"Test accuracy: {shown[True]} with padding counted, {shown[False]} without."
    title = "# PyTorch tutorial: continuous bag of words"
    guide = HOW_TO_READ.format(verdict=verdict)
    parts = [
        data_line(),
        title,
        markdown_table(table),
        tested,
        guide,
        "![Losses](pytorch_cbow.png)",
    ]
    write_text(REPORTS / "pytorch_cbow.md", "\n\n".join(parts) + "\n")
    epochs = list(range(1, len(published) + 1))
    ends = found[True].min(axis=0), found[True].max(axis=0)
    figure = draw_lines(
        {
            "published": Line(epochs, published),
            "ours": Line(epochs, ours.tolist(), *(each.tolist() for each in ends)),
            "ours, padding left out": Line(epochs, right_way.tolist()),
        },
        "Training loss of the PyTorch tutorial",
        ("epoch", "training loss (nats a review)"),
        data_line(),
    )
    save_figure(figure, REPORTS / "pytorch_cbow")
    metrics = {
        "largest_gap_from_epoch_6": float(gaps.max()),
        "final_loss": float(ours[-1]),
        "published_final_loss": published[-1],
        "test_accuracy": accuracy[True].value,
        "test_accuracy_without_padding": accuracy[False].value,
    }
    write_json(REPORTS / "pytorch_cbow.json", metrics)
    record_cells(study["experiment"], cells, ["train_loss", "test_accuracy"])
    print(verdict, tested)


if __name__ == "__main__":
    with shown_to_people():
        main()
