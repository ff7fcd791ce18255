"""All published figures beside ours, in one table: reports/tutorials.md."""

from pathlib import Path

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from studies.common.params import load_study

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import read_json, write_text
from reelvec.base.project.provenance import data_line
from reelvec.evaluation.tables import markdown_table

HERE = Path("studies/tutorials")
REPORTS = HERE / "reports"


def main() -> None:
    """Run the stage."""
    published = load_study(HERE)["keras_cbow"]["published"]
    names = ("pytorch_cbow", "keras_cbow", "lab", "keras_rnn", "word2vec_classifier")
    torch_, keras, lab, rnn, word2vec = (read_json(REPORTS / f"{name}.json") for name in names)
    ours = keras["as published"]
    tested = {**rnn["test_accuracy"], **word2vec["test_accuracy"]}
    rows = [
        [
            "PyTorch CBOW",
            "loss in epoch 10",
            f"{torch_['published_final_loss']:.4f}",
            f"{torch_['final_loss']:.4f}",
        ],
        ["Keras CBOW", "parameters", f"{published['parameters']:,}", f"{keras['parameters']:,}"],
        [
            "Keras CBOW",
            "accuracy (logit > 0.5)",
            f"{published['valid_accuracy']:.4f}",
            f"{ours['accuracy_above_half']:.4f}",
        ],
        ["Keras CBOW", "accuracy (logit > 0)", "–", f"{ours['accuracy']:.4f}"],
        [
            "Keras CBOW",
            "validation loss",
            f"{published['valid_loss']:.4f}",
            f"{ours['valid_loss']:.4f}",
        ],
        ["Keras CBOW", "train loss", f"{published['train_loss']:.4f}", f"{ours['train_loss']:.4f}"],
        [
            "The lab",
            "GloVe against scratch",
            "“far superior”",
            f"{lab['test_accuracy']['glove']:.2%} against {lab['test_accuracy']['scratch']:.2%}",
        ],
        [
            "Keras LSTM / GRU",
            "test accuracy",
            "curves only",
            f"{rnn['test_accuracy']['lstm']:.2%} / {rnn['test_accuracy']['gru']:.2%}",
        ],
        [
            "word2vec classifier",
            "LSTM against average",
            "“consistently” better",
            f"{word2vec['test_accuracy']['lstm']:.2%} against {tested['average']:.2%}",
        ],
        ["word2vec classifier", "CNN", "–", f"{word2vec['test_accuracy']['cnn']:.2%}"],
    ]
    links = "Each study: " + ", ".join(f"[{name}]({name}.md)" for name in (*names, "one_hot")) + "."
    table = markdown_table([["Tutorial", "Figure", "Published", "Ours"], *rows])
    write_text(
        REPORTS / "tutorials.md",
        "\n\n".join([data_line(), "# The tutorials, reproduced", table, links]) + "\n",
    )
    print(f"wrote {REPORTS / 'tutorials.md'}")


if __name__ == "__main__":
    with shown_to_people():
        main()
