"""The tutorials, reproduced: what of each, and where; its figures beside ours."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from studies.common.params import load_study
from studies.tutorials.common.coverage import (
    Covered,
    Results,
    counts,
    coverage_table,
    numbers,
    read_coverage,
)
from studies.tutorials.common.published import INSIDE

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import read_json, write_text
from reelvec.base.project.provenance import data_line
from reelvec.evaluation.tables import Table, markdown_table, percent

HERE = Path("studies/tutorials")
REPORTS = HERE / "reports"
PARTS = ("pytorch_cbow", "keras_cbow", "lab", "keras_rnn", "one_hot", "word2vec_classifier")

HOW_TO_READ = """\
Numbers agree when they are equal, or, where a run is drawn at random, when they lie where one more
of our seeds would, with {confidence} confidence (fewer seeds make that place wider); the others are
unexplained. Numbers of another computer, or of a draw without a seed, are among what is not
reproduced."""


def main() -> None:
    """Run the stage."""
    results = {name: read_json(REPORTS / f"{name}.json") for name in PARTS}
    tutorials = read_coverage(HERE / "coverage.yaml")
    coverage = [
        part
        for title, rows in tutorials.values()
        for part in (f"## {title}", markdown_table(coverage_table(rows, results)))
    ]
    title = "# Every step, figure and picture of the tutorials"
    write_text(REPORTS / "coverage.md", "\n\n".join([data_line(), title, *coverage]) + "\n")
    links = ", ".join(f"[{name}]({name}.md)" for name in PARTS)
    parts = [
        data_line(),
        "# The tutorials, reproduced",
        markdown_table(overview(tutorials, results)),
        HOW_TO_READ.format(confidence=percent(load_study(HERE)["confidence"])),
        "Row by row: [coverage](coverage.md).",
        "## What explains differences",
        differences(results),
        "## Last figures",
        markdown_table(last_figures(results)),
        "## What the tutorials say without a figure",
        *claims(results),
        f"Each part: {links}.",
    ]
    write_text(REPORTS / "tutorials.md", "\n\n".join(parts) + "\n")
    print(f"wrote {REPORTS / 'tutorials.md'}")


def overview(tutorials: Mapping[str, tuple[str, list[Covered]]], results: Results) -> Table:
    """How much of each tutorial is reproduced."""
    header = ["Tutorial", "Steps, figures, pictures", "Reproduced", "Not", "Numbers", "Agree"]
    rows = []
    for title, covered in tutorials.values():
        agree, count = numbers(covered, results)
        rows.append([title, *counts(covered), f"{count}", f"{agree}"])
    return [header, *rows]


def inside(figures: Sequence[Mapping[str, Any]]) -> str:
    """How many published figures agree with ours, and the farthest from our mean."""
    farthest = max(abs(each["published"] - each["ours"]) for each in figures)
    agree = sum(each["verdict"] == INSIDE for each in figures)
    return (
        f"{agree} of {len(figures)} published figures agree (the farthest is {farthest:.4f} from "
        f"the mean of our {figures[0]['seeds']} seeds)"
    )


def differences(results: Results) -> str:
    """What each experiment changes in how many published figures agree."""
    torch_, keras = results["pytorch_cbow"], results["keras_cbow"]
    return (
        "PyTorch, the padding row drawn from N(0, 1) like all others: "
        f"{inside(torch_['figures'])}. The padding row begun at zero, nothing else changed: "
        f"{inside(torch_['figures_padding_from_zero'])}.\n\n"
        f"Keras, first weights and Adam as Keras has them: {inside(keras['figures'])}. "
        + " ".join(
            f"{way[:1].upper()}{way[1:]}, nothing else changed: {inside(figures)}."
            for way, figures in keras["figures_by_change"].items()
        )
    )


def last_figures(results: Results) -> Table:
    """The figures of each last epoch beside ours."""
    torch_, keras = results["pytorch_cbow"]["figures"], results["keras_cbow"]["figures"]
    named = [("PyTorch", torch_[-1])]
    kinds = len({each["name"].rpartition(" of ")[0] for each in keras})
    epochs = len(keras) // kinds
    named += [("Keras", each) for each in keras[epochs - 1 :: epochs]]
    rows = [
        [
            tutorial,
            each["name"],
            f"{each['published']:.4f}",
            f"{each['ours']:.4f}",
            f"{each['low']:.4f} to {each['high']:.4f}",
            each["verdict"],
        ]
        for tutorial, each in named
    ]
    return [["Tutorial", "Figure", "Published", "Ours", "One more seed", "Verdict"], *rows]


def claims(results: Results) -> list[str]:
    """What is said without a figure, and what we find."""
    lab, rnn, word2vec = (results[name] for name in ("lab", "keras_rnn", "word2vec_classifier"))
    whole, few = lab["test_accuracy"], {name: mean(each) for name, each in lab["few"].items()}
    ranks = "; ".join(
        f"{space}: " + ", ".join(f"{question} {rank:,}" for question, rank in found.items())
        for space, found in lab["ranks"].items()
    )
    learned = f"{1 - load_study(HERE)['keras_rnn']['validation']:.0%}"
    encoders = ", ".join(
        f"{encoder} {mean(found):.2%} (mean of {len(found)} seeds, from {learned} of the labels)"
        for encoder, found in rnn["test_accuracy"].items()
    )
    classifiers = ", ".join(
        f"{name} {value:.2%}" for name, value in word2vec["test_accuracy"].items()
    )
    return [
        "The lab expects more accuracy with GloVe, with little data above all. Test accuracy with "
        f"all labels: GloVe {whole['glove']:.2%}, scratch {whole['scratch']:.2%}; with "
        f"{lab['few_reviews']:,}: GloVe {few['glove']:.2%}, scratch {few['scratch']:.2%} (means of "
        f"{len(lab['few']['glove'])} draws).",
        f"The lab expects analogies of GloVe. Rank of the expected answer, {ranks}.",
        f"LSTM and GRU, of which the tutorial shows pictures: test accuracy {encoders}, with "
        f"{rnn['dimension']} dimensions for {rnn['words']:,} words.",
        "LSTM against averages, of which the tutorial gives no figure: test accuracy "
        f"{classifiers} (one training each, from {word2vec['labels']:,} labels where none are "
        "named).",
    ]


def mean(values: Sequence[float]) -> float:
    """Their mean."""
    return sum(values) / len(values)


if __name__ == "__main__":
    with shown_to_people():
        main()
