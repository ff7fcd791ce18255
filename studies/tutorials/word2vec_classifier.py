"""Averaged word vectors, LSTM and CNN over the same: order, and words without a vector."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from studies.common.cells import Figures, Inputs, Settings, cores, run_cells
from studies.common.params import load_study
from studies.common.runs import record_cells
from studies.common.tutorial_reviews import OfficialText
from studies.tutorials.common.averaged import classified, in_one_order, read_whole_text
from studies.tutorials.common.frozen import QUARTERS, quarters, train_frozen
from studies.tutorials.common.missing_words import (
    compare_policies,
    shown_words,
    train_on_whole_text,
)

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json, write_text
from reelvec.base.project.provenance import data_line
from reelvec.base.statistics import holm
from reelvec.evaluation.tables import Table, markdown_table, shown_p, signed
from reelvec.models.word_vectors import folder_of_vectors, load_word_vectors
from reelvec.text.dataset import Dataset
from reelvec.text.parts import stratified_split
from reelvec.text.tokenizer import Tokenizer

HERE = Path("studies/tutorials")
REPORTS = HERE / "reports"
DATA = Path("data")
PARTS = [DATA / "processed" / name for name in ("vocab.tsv", "train", "valid", "test")]
VECTORS = folder_of_vectors("word2vec")
FROZEN, AVERAGED, MISSING = (
    HERE / "common" / name for name in ("frozen.py", "averaged.py", "missing_words.py")
)
AVERAGE, IGNORE = "average", "ignore"
SURE = 0.05

HOW_TO_READ = """\
All read the same frozen vectors, trained by gensim on the 75,000 reviews that are no test reviews,
and of each review the same last {longest} tokens, stopwords left out before; the last row alone
reads all tokens and learns from all {training:,} labelled training reviews. The others learn from
the same {labels:,} of them, drawn by the seed, for the time's sake. Nothing is stopped or chosen by
any review: the networks run through {epochs} epochs with batches of {batch_size}, as in the
tutorial. Points: accuracy less that of the average of the same tokens after the same labels, on the
same test reviews, with McNemar's exact p. An LSTM's output at the last true token is taken, not at
padding. The tutorial prints no accuracy. It asks the test reviews after each epoch; here they are
asked once, after the last."""

MISSING_WORDS = """\
A logistic regression over averages, three ways with a word that has no vector: to leave it out of
the average (as the tutorial's code does), to count it as zeros, or to give it the mean vector of
its letter n-grams, which fastText has and word2vec has not. The vectors of word2vec are those
above; fastText's are of the {training:,} training reviews alone, so that the rows of one can be
held against each other but not against the other's. With a number in the second column only so many
of the most frequent words keep their vectors. All tokens of a review are read. Accuracies with
Wilson's interval; points: accuracy less that of leaving out, with McNemar's exact p. One training
each: a logistic regression has one optimum."""


def main() -> None:
    """Run the study."""
    study = load_study(HERE)
    settings = study["word2vec_classifier"]
    text = read_whole_text()
    policies = {cell["vectors"]: cell for cell in compute_policies(settings, text)}
    networks = train_networks(settings, text)
    known = f"{shown_words(None)} {IGNORE}"
    averages = {
        **{
            f"{AVERAGE} of the same tokens, seed {cell['seed']}": cell["test_accuracy"]
            - cell["ahead"]
            for cell in networks
        },
        f"{AVERAGE} of all tokens, all labels": policies["word2vec"][f"accuracy {known}"],
    }
    variant = settings["variant"]
    guide = HOW_TO_READ.format(
        training=len(text.training),
        labels=settings["labels"],
        longest=variant["max_length"],
        epochs=variant["epochs"],
        batch_size=variant["batch_size"],
    )
    lengths = [
        int(text.test.reviews.lengths[rows].max()) for rows in quarters(text.test.reviews.lengths)
    ]
    parts = [
        data_line(),
        "# word2vec classifier: averages, LSTM, CNN",
        markdown_table(networks_table(networks, averages)),
        guide,
        "## By length of the review",
        markdown_table(lengths_table(networks, lengths)),
        by_length(networks),
        "## Words without a vector",
        markdown_table(policies_table(policies, settings)),
        MISSING_WORDS.format(training=len(text.training)),
        *(sentence_on(cell, settings["policies"][name]) for name, cell in policies.items()),
        "## Training loss by epoch",
        markdown_table(losses_table(networks, variant["epochs"])),
    ]
    write_text(REPORTS / "word2vec_classifier.md", "\n\n".join(parts) + "\n")
    accuracies = {
        f"{cell['classifier']}, seed {cell['seed']}": cell["test_accuracy"] for cell in networks
    }
    figures = {name: figures_of(cell) for name, cell in policies.items()}
    write_json(
        REPORTS / "word2vec_classifier.json",
        {
            "labels": settings["labels"],
            "test_accuracy": {**averages, **accuracies},
            "policies": figures,
        },
    )
    for cells in (networks, list(policies.values())):
        for cell in cells:
            record_cells(study["experiment"], [cell], list(figures_of(cell)))
    print(accuracies)


def train_networks(settings: Mapping[str, Any], text: OfficialText) -> list[dict[str, Any]]:
    """Train every network with every seed, and hold it against the average of the same tokens."""
    tokens = Tokenizer.load(DATA / "processed").vocabulary
    training, validation, test = (Dataset.load(path) for path in PARTS[1:])
    vectors = load_word_vectors(VECTORS)
    every, test = in_one_order(training.followed_by(validation)), in_one_order(test)
    longest = settings["variant"]["max_length"]

    def compute(cell: Settings) -> Figures:
        share = settings["labels"] / len(every)
        _, rows = stratified_split(every.targets, share, cell["seed"])
        few = replace(text, training=text.training.take(rows))
        average, _ = classified(few, vectors, IGNORE, None, settings["strength"], longest)
        return train_frozen((every.take(rows), test), tokens, vectors, average, settings, cell)

    cells = [
        {"study": "word2vec_classifier", "classifier": classifier, "seed": seed}
        for classifier in settings["encoders"]
        for seed in settings["seeds"]
    ]
    context = {key: settings[key] for key in ("strength", "labels", "variant", "encoders")}
    inputs = Inputs(context, [FROZEN, AVERAGED, *PARTS, DATA / "interim", VECTORS])
    return run_cells(cells, compute, HERE / "cells", inputs, cores())


def compute_policies(settings: Mapping[str, Any], text: OfficialText) -> list[dict[str, Any]]:
    """Every way with missing words, for each kind of vectors."""

    def compute(cell: Settings) -> Figures:
        name = cell["vectors"]
        vectors = (
            train_on_whole_text(settings[name], text)
            if name in settings
            else load_word_vectors(folder_of_vectors(name))
        )
        asked = settings["policies"][name], settings["known_words"], settings["strength"]
        return compare_policies(text, vectors, *asked)

    cells = [{"study": "missing_words", "vectors": name} for name in settings["policies"]]
    keys = ("strength", "known_words", "policies", "fasttext")
    context = {key: settings[key] for key in keys}
    inputs = Inputs(context, [AVERAGED, MISSING, DATA / "interim", VECTORS])
    return run_cells(cells, compute, HERE / "cells", inputs, cores())


def figures_of(cell: Mapping[str, Any]) -> dict[str, float]:
    """The figures of a cell without its settings."""
    named = ("study", "classifier", "vectors", "seed")
    return {key: value for key, value in cell.items() if key not in named}


def lead_of(cell: Mapping[str, Any], ending: str = "") -> list[str]:
    """Points ahead with their interval, and p, of a key's ending."""
    ahead, low, high = (signed(cell[f"{name}{ending}"]) for name in ("ahead", "low", "high"))
    return [f"{ahead} ({low} to {high})", shown_p(cell[f"p_value{ending}"])]


def networks_table(cells: Sequence[Mapping[str, Any]], averages: Mapping[str, float]) -> Table:
    """Accuracy of each classifier, and its lead over the average."""
    rows = [
        [
            cell["classifier"],
            f"{cell['seed']}",
            f"{cell['test_accuracy']:.2%}",
            *lead_of(cell),
        ]
        for cell in cells
    ]
    header = ["Classifier", "Seed", "Test accuracy", "Points over the average", "p"]
    alone = [[name, "–", f"{value:.2%}", "–", "–"] for name, value in averages.items()]
    return [header, *rows, *alone]


def lengths_table(cells: Sequence[Mapping[str, Any]], longest: Sequence[int]) -> Table:
    """The lead over the average in each quarter of the test reviews by length."""
    names = [f"{cell['classifier']}, seed {cell['seed']}" for cell in cells]
    rows = [
        [
            f"quarter {number}, to {tokens:,} tokens",
            *(lead_of(cell, f" {number}")[0] for cell in cells),
        ]
        for number, tokens in enumerate(longest, 1)
    ]
    return [["Test reviews by length", *names], *rows]


def by_length(cells: Sequence[Mapping[str, Any]]) -> str:
    """What the tutorial's author found with long texts, in our figures."""
    sentences = [
        "The tutorial's author found the LSTM ahead of averages in a project with long texts; it "
        "gives no figure."
    ]
    for cell in cells:
        long, short = f" {QUARTERS}", " 1"
        sentences.append(
            f"{cell['classifier']}, seed {cell['seed']}, over the average: "
            f"{lead_of(cell, long)[0]} points in the longest quarter, {lead_of(cell, short)[0]} in "
            "the shortest."
        )
    return " ".join(sentences)


def policies_table(policies: Mapping[str, Mapping[str, Any]], settings: Mapping[str, Any]) -> Table:
    """Every way with missing words."""
    header = ["Vectors", "Words known", "Missing", "Policy", "Test accuracy", "Points", "p"]
    rows = []
    for name, cell in policies.items():
        for words in settings["known_words"]:
            known = shown_words(words)
            for policy in settings["policies"][name]:
                ending = f" {known} {policy}"
                accuracy, low, high = (
                    f"{cell[f'{figure}{ending}']:.2%}" for figure in ("accuracy", "from", "to")
                )
                lead = ["–", "–"] if policy == IGNORE else lead_of(cell, ending)
                shown = f"{words:,}" if words else known
                missing = f"{cell[f'missing {known}']:.1%}"
                rows.append([name, shown, missing, policy, f"{accuracy} ({low} to {high})", *lead])
    return [header, *rows]


def sentence_on(cell: Mapping[str, Any], policies: Sequence[str]) -> str:
    """Which ways with missing words are surely apart from leaving out."""
    known = [key.removeprefix("missing ") for key in cell if key.startswith("missing ")]
    tests = [f"{words} {policy}" for words in known for policy in policies if policy != IGNORE]
    corrected = zip(tests, holm([cell[f"p_value {test}"] for test in tests]), strict=True)
    apart = [
        f"{policy} with {'all vectors' if words == 'all' else f'{int(words):,} words known'} "
        f"({signed(cell[f'ahead {words} {policy}'])} points)"
        for test, p_value in corrected
        if p_value < SURE
        for words, policy in [test.split()]
    ]
    return (
        f"{cell['vectors']}, surely apart from leaving out (Holm's p below {SURE} over its "
        f"{len(tests)} tests): {'; '.join(apart) or 'none'}."
    )


def losses_table(cells: Sequence[Mapping[str, Any]], epochs: int) -> Table:
    """Training loss of each network after each epoch."""
    names = [f"{cell['classifier']}, seed {cell['seed']}" for cell in cells]
    rows = [
        [f"{epoch}", *(f"{cell[f'train_loss {epoch}']:.4f}" for cell in cells)]
        for epoch in range(1, epochs + 1)
    ]
    return [["Epoch", *names], *rows]


if __name__ == "__main__":
    with shown_to_people():
        main()
