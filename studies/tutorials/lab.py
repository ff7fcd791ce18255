"""The lab: max pooling over embeddings from scratch and over frozen GloVe, and what each knows."""

from pathlib import Path

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
import numpy as np
import torch
from gensim.models import KeyedVectors
from studies.common.params import load_study, study_variant
from studies.common.runs import record_cells

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json, write_text
from reelvec.base.project.provenance import data_line
from reelvec.base.schema.visualization import VisualizationParams
from reelvec.evaluation.comparison import compare_pair
from reelvec.evaluation.predictions import Predictions
from reelvec.evaluation.tables import markdown_table, shown_p, signed
from reelvec.models.inference import predict_logits
from reelvec.models.rounds import TrainingParts, fit
from reelvec.models.word_vectors import folder_of_vectors, load_word_vectors
from reelvec.report.figures.style import save_figure
from reelvec.report.figures.words import draw_words
from reelvec.spaces.keyed_vectors import keyed_vectors, load_space
from reelvec.spaces.word_map import map_words, words_to_label
from reelvec.text.dataset import Dataset
from reelvec.text.tokenizer import Tokenizer
from reelvec.text.vocabulary import RESERVED, Vocabulary

HERE = Path("studies/tutorials")
REPORTS = HERE / "reports"
DATA = Path("data/processed")
CPU = torch.device("cpu")

HOW_TO_READ = """\
The lab says that "GloVe is usually far superior", and that frozen GloVe "often yields better
accuracy, especially with limited data". With all training reviews, the table above is the answer;
with fewer, `studies/learning_curves/reports/curves.md`. GloVe here has {dimension} dimensions.
`dvc repro export` converts the vectors to word2vec format: `reports/export/glove`."""


def main() -> None:
    """Run the study."""
    study = load_study(HERE)
    settings = study["lab"]
    tokenizer, vocabulary = Tokenizer.load(DATA), Vocabulary.load(DATA / "vocab.tsv")
    training, validation, test = (Dataset.load(DATA / part) for part in ("train", "valid", "test"))
    predictions, spaces = {}, {}
    cells = []
    given = TrainingParts(training, validation)
    for name, changes in settings["embeddings"].items():
        params = study_variant(settings["variant"], changes)
        folder = folder_of_vectors(params.embedding)
        vectors = load_word_vectors(folder) if params.is_pretrained else None
        trained = fit(params, tokenizer.vocabulary, given, vectors, CPU)
        logits = predict_logits(trained.model, test.reviews, CPU).numpy().astype(np.float64)
        predictions[name] = Predictions(test.review_ids, test.targets, 1 / (1 + np.exp(-logits)))
        weight = trained.model.embedding.weight.detach().numpy()
        words = tokenizer.vocabulary[len(RESERVED) :]
        spaces[name] = keyed_vectors(words, weight[len(RESERVED) :])
        accuracy = float(predictions[name].correct.mean())
        cells.append({"study": "lab", "embedding": name, "test_accuracy": accuracy})
        print(f"{name}: {accuracy:.2%}")
    spaces["glove"] = load_space("glove")
    pair = compare_pair(predictions["glove"], predictions["scratch"], 0.95)
    table = [["Embedding", "Test accuracy"]]
    table += [[cell["embedding"], f"{cell['test_accuracy']:.2%}"] for cell in cells]
    difference = (
        f"Frozen GloVe less scratch: {signed(pair.difference)} points "
        f"({signed(pair.low)} to {signed(pair.high)}, McNemar p {shown_p(pair.p_value)})."
    )
    shown = VisualizationParams(words=settings["top_words"], spaces=("scratch", "glove"))
    word_map = map_words(spaces, vocabulary, training, shown)
    labelled = words_to_label(word_map, settings["labels"])
    save_figure(draw_words(word_map, labelled, data_line()), REPORTS / "lab")
    guide = HOW_TO_READ.format(dimension=spaces["glove"].vector_size)
    parts = [data_line(), "# The lab: max pooling, scratch and frozen GloVe", markdown_table(table)]
    parts += [difference, "![The words of both spaces](lab.png)", "## Cosine similarity"]
    parts += [similarity_table(spaces, settings["pairs"]), "## Analogies: a is to b as c is to …"]
    parts += [analogy_table(spaces, settings["analogies"]), guide]
    write_text(REPORTS / "lab.md", "\n\n".join(parts) + "\n")
    accuracies = {cell["embedding"]: cell["test_accuracy"] for cell in cells}
    write_json(REPORTS / "lab.json", {"test_accuracy": accuracies})
    record_cells(study["experiment"], cells, ["test_accuracy"])


def similarity_table(spaces: dict[str, KeyedVectors], pairs: list[list[str]]) -> str:
    """The cosine of each pair in each space."""
    rows = [
        [f"{one} – {other}", *(f"{space.similarity(one, other):.2f}" for space in spaces.values())]
        for one, other in pairs
    ]
    return markdown_table([["Words", *spaces], *rows])


def analogy_table(spaces: dict[str, KeyedVectors], questions: list[list[str]]) -> str:
    """The three nearest answers of each space."""
    rows = []
    for a, b, c in questions:
        answers = [
            ", ".join(
                word for word, _ in space.most_similar([b, c], [a], topn=3, restrict_vocab=25_000)
            )
            for space in spaces.values()
        ]
        rows.append([f"{a} : {b} = {c} : ?", *answers])
    return markdown_table([["Question", *spaces], *rows])


if __name__ == "__main__":
    with shown_to_people():
        main()
