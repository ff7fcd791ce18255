"""The lab: max pooling over embeddings from scratch and over frozen GloVe, and what each knows."""

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from pathlib import Path
from typing import Any

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
import numpy as np
import torch
from gensim.models import KeyedVectors
from numpy.typing import NDArray
from studies.common.params import load_study, study_variant
from studies.common.runs import record_cells
from studies.common.seeds import compare_over_seeds, mean_over_seeds

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json, write_text
from reelvec.base.project.provenance import data_line
from reelvec.base.schema.visualization import VisualizationParams
from reelvec.evaluation.comparison import compare_pair
from reelvec.evaluation.predictions import Predictions
from reelvec.evaluation.tables import Table, markdown_table, shown_p, signed
from reelvec.models.classifier import Classifier
from reelvec.models.inference import predict_logits
from reelvec.models.logits import probabilities_of
from reelvec.models.rounds import TrainingParts, fit
from reelvec.models.word_vectors import folder_of_vectors, load_word_vectors
from reelvec.report.figures.style import save_figure
from reelvec.report.figures.words import draw_words
from reelvec.spaces.keyed_vectors import keyed_vectors, load_space, unit_subspace
from reelvec.spaces.word_map import WordMap, map_words, words_to_label
from reelvec.text.dataset import Dataset
from reelvec.text.parts import stratified_split
from reelvec.text.tokenizer import Tokenizer
from reelvec.text.vocabulary import RESERVED, Vocabulary

HERE = Path("studies/tutorials")
REPORTS = HERE / "reports"
DATA = Path("data/processed")
CPU = torch.device("cpu")
Spaces = dict[str, KeyedVectors]

SPACES_SAY = """\
The lab prints no list and no number: it names pairs, groups and an analogy, and those are asked
here. Both spaces hold the same {words:,} words: those in at least {documents} training reviews that
GloVe has too. GloVe has {dimension} dimensions, and so has the other."""


class Lab:
    """What all trainings share, read once."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings
        self.tokens = Tokenizer.load(DATA).vocabulary
        self.training, self.validation, self.test = (
            Dataset.load(DATA / part) for part in ("train", "valid", "test")
        )

    def trained(self, embedding: str, parts: TrainingParts, seed: int) -> Classifier:
        """A model with one of the embeddings, refit on both parts once it is known when to stop."""
        params = study_variant(
            self.settings["variant"], self.settings["embeddings"][embedding], {"seed": seed}
        )
        folder = folder_of_vectors(params.embedding)
        vectors = load_word_vectors(folder) if params.is_pretrained else None
        return fit(params, self.tokens, parts, vectors, CPU).model

    def predictions(self, model: Classifier) -> Predictions:
        """Of the test reviews."""
        logits = predict_logits(model, self.test.reviews, CPU).numpy().astype(np.float64)
        return Predictions(self.test.review_ids, self.test.targets, probabilities_of(logits))

    def few(self, reviews: int, seed: int) -> TrainingParts:
        """Some training reviews, as many of each class, a fifth of them to stop by."""
        every = self.training.followed_by(self.validation)
        _, drawn = stratified_split(every.targets, reviews / len(every), seed)
        chosen = every.take(drawn)
        learned, held_out = stratified_split(chosen.targets, 0.2, seed)
        return TrainingParts(chosen.take(learned), chosen.take(held_out))


def main() -> None:
    """Run the study."""
    study = load_study(HERE)
    settings, confidence = study["lab"], study["confidence"]
    lab, vocabulary = Lab(settings), Vocabulary.load(DATA / "vocab.tsv")
    whole = TrainingParts(lab.training, lab.validation)
    models = {name: lab.trained(name, whole, settings["seed"]) for name in settings["embeddings"]}
    predictions = {name: lab.predictions(model) for name, model in models.items()}
    few = {name: accuracies_with_few(lab, name) for name in settings["embeddings"]}
    spaces = {"scratch": space_of(models["scratch"], lab.tokens), "glove": load_space("glove")}
    shared = shared_words(spaces, vocabulary, settings["documents"])
    same = {name: unit_subspace(space, shared) for name, space in spaces.items()}
    word_map, labelled = word_picture(spaces, vocabulary, lab.training, settings)
    save_figure(draw_words(word_map, labelled, data_line()), REPORTS / "lab")
    words = settings["words"]
    groups = {name: cosines_of_groups(space, words["groups"]) for name, space in same.items()}
    ranks = {
        name: {
            f"{a} to {b} as {c} to {d}": rank_of_answer(space, (a, b, c), d)
            for a, b, c, d in words["analogies"]
        }
        for name, space in same.items()
    }
    accuracy = {name: float(each.correct.mean()) for name, each in predictions.items()}
    parts = [
        data_line(),
        "# The lab: max pooling, scratch and frozen GloVe",
        "## Accuracy",
        markdown_table(accuracy_table(accuracy, few, confidence, settings["few"])),
        leads(predictions, few, confidence, settings["few"]),
        "## The words of both spaces",
        "![The words of both spaces](lab.png)",
        SPACES_SAY.format(
            words=len(shared),
            documents=settings["documents"],
            dimension=spaces["glove"].vector_size,
        ),
        "## Groups that the lab expects",
        markdown_table(groups_table(groups)),
        groups_say(groups, words["groups"]),
        "## Cosine similarity",
        markdown_table(similarity_table(same, words["pairs"])),
        "## Most similar words",
        *(
            part
            for word in words["asked"]
            for part in (f"### {word}", markdown_table(neighbours_table(same, word)))
        ),
        "## Analogies",
        markdown_table(analogy_table(same, words["analogies"], ranks)),
        "The answers are the three nearest words, those asked with left out; the rank is that of "
        "the expected one among all others.",
    ]
    write_text(REPORTS / "lab.md", "\n\n".join(parts) + "\n")
    write_json(
        REPORTS / "lab.json",
        {
            "test_accuracy": accuracy,
            "few_reviews": settings["few"]["reviews"],
            "few": few,
            "groups": groups,
            "ranks": ranks,
        },
    )
    cells = [
        {"study": "lab", "embedding": name, "test_accuracy": value}
        for name, value in accuracy.items()
    ]
    record_cells(study["experiment"], cells, ["test_accuracy"])
    print(accuracy, ranks)


def accuracies_with_few(lab: Lab, embedding: str) -> list[float]:
    """Test accuracy after few reviews, a value for each seed."""
    few = lab.settings["few"]
    return [
        float(
            lab.predictions(
                lab.trained(embedding, lab.few(few["reviews"], seed), seed)
            ).correct.mean()
        )
        for seed in few["seeds"]
    ]


def space_of(model: Classifier, tokens: list[str]) -> KeyedVectors:
    """The words of a trained model."""
    weight = model.embedding.weight.detach().numpy()
    return keyed_vectors(tokens[len(RESERVED) :], weight[len(RESERVED) : len(tokens)])


def shared_words(spaces: Spaces, vocabulary: Vocabulary, documents: int) -> list[str]:
    """Words of enough training reviews that all spaces have, by falling count."""
    counted = zip(vocabulary.tokens, vocabulary.document_counts.tolist(), strict=True)
    return [
        word
        for word, count in list(counted)[len(RESERVED) :]
        if count >= documents and all(word in space.key_to_index for space in spaces.values())
    ]


def word_picture(
    spaces: Spaces, vocabulary: Vocabulary, training: Dataset, settings: Mapping[str, Any]
) -> tuple[WordMap, NDArray[np.int64]]:
    """The most frequent words, and which to name: those that the lab asks for come first."""
    shown = VisualizationParams(words=settings["top_words"], spaces=tuple(spaces))
    word_map = map_words(spaces, vocabulary, training, shown)
    asked = [word for group in settings["words"]["groups"].values() for word in group]
    rows = [word_map.words.index(word) for word in asked if word in word_map.words]
    others = [row for row in words_to_label(word_map, settings["labels"]) if row not in rows]
    return word_map, np.array([*rows, *others], np.int64)


def accuracy_table(
    accuracy: Mapping[str, float],
    few: Mapping[str, Sequence[float]],
    confidence: float,
    settings: Mapping[str, Any],
) -> Table:
    """Test accuracy with all labelled reviews, and with few."""
    table = [["Embedding", "All 25,000 labels", f"{settings['reviews']:,} labels"]]
    for name, value in accuracy.items():
        mean = mean_over_seeds(few[name], confidence)
        table.append([name, f"{value:.2%}", f"{mean.value:.2%} ± {mean.high - mean.value:.2%}"])
    return table


def leads(
    predictions: Mapping[str, Predictions],
    few: Mapping[str, Sequence[float]],
    confidence: float,
    settings: Mapping[str, Any],
) -> str:
    """Frozen GloVe less scratch, with all labels and with few."""
    pair = compare_pair(predictions["glove"], predictions["scratch"], confidence)
    (test,) = compare_over_seeds({name: few[name] for name in ("glove", "scratch")}, confidence)
    return (
        f"Frozen GloVe less scratch: {signed(pair.difference)} points ({signed(pair.low)} to "
        f"{signed(pair.high)}, McNemar p {shown_p(pair.p_value)}) with all labels, one training "
        f"each; {signed(test.difference)} ({signed(test.low)} to {signed(test.high)}, paired "
        f"t-test p {shown_p(test.p_value)}) with {settings['reviews']:,}, over "
        f"{len(settings['seeds'])} draws of the reviews, a fifth of which decide when to stop "
        "before all are learned. The lab expects more from GloVe, with little data above all, and "
        "gives no figure. More sizes and other classifiers: [learning "
        "curves](../../learning_curves/reports/curves.md)."
    )


def cosines_of_groups(space: KeyedVectors, groups: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Mean cosine of the pairs within each group, and of those across both."""
    found = {
        f"within {name}": np.mean([space.similarity(*pair) for pair in combinations(words, 2)])
        for name, words in groups.items()
    }
    found["across"] = np.mean([space.similarity(*pair) for pair in product(*groups.values())])
    return {name: float(value) for name, value in found.items()}


def groups_table(groups: Mapping[str, Mapping[str, float]]) -> Table:
    """The mean cosines of each space."""
    names = list(next(iter(groups.values())))
    rows = [[space, *(f"{found[name]:.2f}" for name in names)] for space, found in groups.items()]
    return [["Space", *names], *rows]


def groups_say(
    groups: Mapping[str, Mapping[str, float]], words: Mapping[str, Sequence[str]]
) -> str:
    """Whether each space has the groups that the lab expects."""
    sentences = []
    for space, found in groups.items():
        apart = min(value for name, value in found.items() if name != "across") > found["across"]
        sentences.append(
            f"In {space} the words of each group are {'' if apart else 'NOT '}nearer to one "
            "another than to those of the other group, on the mean of their cosines."
        )
    listed = "; ".join(f"{name}: {', '.join(each)}" for name, each in words.items())
    within = len(list(combinations(next(iter(words.values())), 2)))
    return (
        f"The groups are {listed}: {within} pairs within each, "
        f"{len(list(product(*words.values())))} across. " + " ".join(sentences)
    )


def similarity_table(spaces: Spaces, pairs: Sequence[Sequence[str]]) -> Table:
    """The cosine of each pair in each space, and which neighbour the second is of the first."""
    names = [name for space in spaces for name in (space, f"rank in {space}")]
    rows = []
    for one, other in pairs:
        cells = [f"{one} – {other}"]
        for space in spaces.values():
            cells += [f"{space.similarity(one, other):.2f}", f"{space.rank(one, other):,}"]
        rows.append(cells)
    return [["Words", *names], *rows]


def neighbours_table(spaces: Spaces, word: str, count: int = 5) -> Table:
    """The nearest words of each space with their cosines."""
    lists = [space.most_similar(word, topn=count) for space in spaces.values()]
    rows = [
        [f"{place}", *(f"{found} {cosine:.2f}" for found, cosine in row)]
        for place, row in enumerate(zip(*lists, strict=True), 1)
    ]
    return [["", *spaces], *rows]


def rank_of_answer(space: KeyedVectors, question: tuple[str, str, str], answer: str) -> int:
    """Which answer the expected one is to `a is to b as c is to …`; 1 is the first."""
    a, b, c = question
    found = space.most_similar([b, c], [a], topn=None)
    found[[space.key_to_index[word] for word in question]] = -np.inf
    return int((found > found[space.key_to_index[answer]]).sum()) + 1


def analogy_table(
    spaces: Spaces,
    questions: Sequence[Sequence[str]],
    ranks: Mapping[str, Mapping[str, int]],
) -> Table:
    """The three nearest answers of each space, and the rank of the expected one."""
    names = [name for space in spaces for name in (space, f"rank in {space}")]
    rows = []
    for a, b, c, d in questions:
        cells = [f"{a} : {b} = {c} : {d}"]
        for name, space in spaces.items():
            answers = [word for word, _ in space.most_similar([b, c], [a], topn=3)]
            cells += [", ".join(answers), f"{ranks[name][f'{a} to {b} as {c} to {d}']:,}"]
        rows.append(cells)
    return [["Question", *names], *rows]


if __name__ == "__main__":
    with shown_to_people():
        main()
