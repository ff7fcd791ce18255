"""What lemmas, stopwords and kept negations do to accuracy and to GloVe's coverage."""

from itertools import product
from pathlib import Path

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
import numpy as np
import pyarrow.parquet as pq
import torch
from ruamel.yaml import YAML
from studies.common.cells import Figures, Inputs, Settings, run_cells
from studies.common.runs import record_cells

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_text
from reelvec.base.project.provenance import data_line
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.whole import load_params
from reelvec.evaluation.tables import markdown_table
from reelvec.models.inference import predict_logits
from reelvec.models.rounds import TrainingParts, fit
from reelvec.models.word_vectors import load_word_vectors
from reelvec.text.columns import tokenize
from reelvec.text.parts import encode_parts, split_reviews
from reelvec.text.vocabulary import build_vocabulary, coverage

HERE = Path("studies/learning_curves")
REPORTS = HERE / "reports"
SWITCHES = ("lemmatize", "stopwords", "negations")

HOW_TO_READ = """\
`stopwords`: whether those of scikit-learn's list are dropped. `negations`: whether words such as
*not* and *never* are kept all the same; without stopwords dropped they always are. Each model is
that of `params.yaml`, trained once; the 95% interval of one accuracy over the test reviews is about
0.4 points to either side, so that smaller differences say nothing. Coverage: the share of the
training tokens that have a GloVe vector."""


class Study:
    """The reviews and the vectors, read once; the tokens of the last preprocessing."""

    def __init__(self, negations: tuple[str, ...]) -> None:
        self.params, self.negations = load_params(), negations
        self.table = pq.read_table("data/raw/imdb.parquet")
        self.glove = load_word_vectors(Path("data/raw/glove"))
        self.rows = split_reviews(self.table, self.params.vocabulary)

    def steps(self, cell: Settings) -> PreprocessParams:
        """The project's steps with the cell's switches."""
        changes = {
            "lemmatize": cell["lemmatize"],
            "stopwords": self.params.preprocess.stopwords if cell["stopwords"] else "none",
            "keep": self.negations if cell["negations"] else (),
        }
        return self.params.preprocess.model_copy(update=changes)

    def compute(self, cell: Settings) -> Figures:
        """Preprocess all reviews, train on them, test."""
        corpus = tokenize(self.table["text"], self.steps(cell))
        training = corpus.reviews.take(self.rows["train"])
        vocabulary = build_vocabulary(corpus.lexicon, training, self.params.vocabulary)
        parts = encode_parts(corpus, self.table, self.rows, vocabulary)
        params = self.params.variant(cell["model"])
        vectors = self.glove if params.is_pretrained else None
        given = TrainingParts(parts["train"], parts["valid"], parts["unsup"])
        fitted = fit(params, vocabulary.tokens, given, vectors, torch.device("cpu"))
        test = parts["test"]
        logits = predict_logits(fitted.model, test.reviews, torch.device("cpu")).numpy()
        known = set(self.glove.words)
        in_glove = np.array([token in known for token in corpus.lexicon])
        counts = np.bincount(training.ids, minlength=len(corpus.lexicon))
        return {
            "accuracy": float(((logits > 0) == test.targets).mean()),
            "coverage": coverage(counts, in_glove)["tokens"],
            "tokens_a_review": float(training.lengths.mean()),
        }


def main() -> None:
    """Run the stage."""
    chosen = YAML(typ="safe", pure=True).load(HERE / "params.yaml")
    settings = chosen["preprocessing"]
    switches = [
        (lemmatize, stopwords, negations)
        for lemmatize, stopwords, negations in product((False, True), repeat=3)
        if stopwords or negations  # nothing is dropped, so nothing need be kept
    ]
    cells = [
        {"model": model, **dict(zip(SWITCHES, values, strict=True))}
        for values in switches
        for model in settings["variants"]
    ]
    study = Study(tuple(settings["negations"]))
    variants = {
        name: study.params.variant(name).model_dump(mode="json") for name in settings["variants"]
    }
    context = {
        "variants": variants,
        "preprocess": study.params.preprocess.model_dump(mode="json"),
        "vocabulary": study.params.vocabulary.model_dump(mode="json"),
        "negations": settings["negations"],
    }
    files = [HERE / "preprocessing.py", Path("data/raw/imdb.parquet"), Path("data/raw/glove")]
    rows = run_cells(cells, study.compute, HERE / "cells", Inputs(context, files))
    table = [
        [
            "Lemmas",
            "Stopwords dropped",
            "Negations kept",
            *settings["variants"],
            "GloVe knows",
            "Tokens a review",
        ]
    ]
    for values in switches:
        found = [row for row in rows if tuple(row[name] for name in SWITCHES) == values]
        by_model = {row["model"]: f"{row['accuracy']:.2%}" for row in found}
        first = found[0]
        table.append(
            [
                *("yes" if value else "no" for value in values),
                *(by_model[name] for name in settings["variants"]),
                f"{first['coverage']:.1%}",
                f"{first['tokens_a_review']:.0f}",
            ]
        )
    parts = [data_line(), "# What preprocessing does", markdown_table(table), HOW_TO_READ]
    write_text(REPORTS / "preprocessing.md", "\n\n".join(parts) + "\n")
    header = [*SWITCHES, "model", "accuracy", "coverage", "tokens_a_review"]
    lines = [",".join(str(row[name]) for name in header) for row in rows]
    write_text(REPORTS / "preprocessing.csv", "\n".join([",".join(header), *lines]) + "\n")
    record_cells(chosen["experiment"], rows, ["accuracy", "coverage", "tokens_a_review"])
    print(f"wrote {REPORTS / 'preprocessing.md'}")


if __name__ == "__main__":
    with shown_to_people():
        main()
