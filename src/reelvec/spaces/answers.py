"""What embedding spaces answer: as objects, as figures for `dvc metrics`, as lists of words."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reelvec.spaces.leads import Lead

Neighbor = tuple[str, float]
Question = tuple[str, str, str, str]
Forms = dict[str, str | None]
"""How each word asked is written in a space; None where it is not there."""

ASKED = {
    "analogies_accuracy": "analogies_asked",
    "analogies_semantic_accuracy": "analogies_semantic_asked",
    "analogies_syntactic_accuracy": "analogies_syntactic_asked",
    "wordsim353_spearman": "wordsim353_pairs",
    "simlex999_spearman": "simlex999_pairs",
    "sentiment_separation": "sentiment_words",
    "sentiment_silhouette": "sentiment_words",
    "sentiment_nearest": "sentiment_words",
    "sentiment_neighbors": "sentiment_words",
}
"""What people are shown of `Answers.scores`, and which of them says how much each is made of:
questions, pairs or words."""


@dataclass(frozen=True, slots=True)
class Nearness:
    """How close one word is to another.

    Attributes:
        cosine: of the two vectors.
        rank: 1 when no searched word is closer to the first word than the second is.
    """

    cosine: float
    rank: int


@dataclass(frozen=True, slots=True)
class Solution:
    """What a space answers to one analogy.

    Attributes:
        rank: of the expected word among the searched words, the three given ones left out.
        answers: the best words and their cosines.
    """

    rank: int
    answers: list[Neighbor]


@dataclass(frozen=True, slots=True)
class Answers:
    """What one space answers, searching one list of words. None: a word asked is not there.

    Attributes:
        words: how many words are searched.
        forms: how each word asked is written in this space.
        neighbors: of each probe word.
        pairs: of each pair of words.
        analogies: of each listed analogy.
        scores: the figures for `dvc metrics`; None where too few words are known. Some have an
            interval beside them: `<score>_low` and `<score>_high`.
        sections: name, correct and asked of each section of the analogy questions.
    """

    words: int
    forms: Forms
    neighbors: dict[str, list[Neighbor] | None]
    pairs: dict[tuple[str, str], Nearness | None]
    analogies: dict[Question, Solution | None]
    scores: dict[str, float | int | None]
    sections: list[tuple[str, int, int]]


@dataclass(frozen=True, slots=True)
class Similarities:
    """The spaces side by side; every dict is in the order of `similarities.spaces`.

    Attributes:
        sizes: words and dimension of each space.
        shared_words: how many words all spaces share.
        questions: how many analogy questions there are.
        own: answers from each space's own words.
        shared: answers from the shared words.
        overlap: for each two spaces, the mean Jaccard overlap of the shared words' neighbours.
        leads: for each two spaces, which agrees more with people about the shared words.
        confidence: of all intervals.
    """

    sizes: dict[str, tuple[int, int]]
    shared_words: int
    questions: int
    own: dict[str, Answers]
    shared: dict[str, Answers]
    overlap: dict[tuple[str, str], float | None]
    leads: list["Lead"]
    confidence: float


def metrics(similarities: Similarities) -> dict[str, Any]:
    """The figures that `dvc metrics` shows and compares."""
    return {
        "shared_words": similarities.shared_words,
        "analogy_questions": similarities.questions,
        "confidence": similarities.confidence,
        "spaces": {
            name: {
                "words": similarities.sizes[name][0],
                "dimension": similarities.sizes[name][1],
                "own": _figures(similarities.own[name]),
                "shared": _figures(similarities.shared[name]),
            }
            for name in similarities.sizes
        },
        "overlap": {f"{a}_vs_{b}": value for (a, b), value in similarities.overlap.items()},
        "leads": {
            f"{lead.judgement}_{lead.first}_vs_{lead.second}": _lead(lead)
            for lead in similarities.leads
        },
    }


def neighbor_lists(similarities: Similarities) -> dict[str, Any]:
    """Neighbours of the probe words and answers to the listed analogies, for other programs."""
    return {
        name: {
            "own": _lists(similarities.own[name]),
            "shared": _lists(similarities.shared[name]),
        }
        for name in similarities.sizes
    }


def _figures(answers: Answers) -> dict[str, Any]:
    return {
        "words": answers.words,
        **answers.scores,
        "cosine": {
            "_".join(pair): nearness and nearness.cosine for pair, nearness in answers.pairs.items()
        },
        "closeness_rank": {
            "_".join(pair): nearness and nearness.rank for pair, nearness in answers.pairs.items()
        },
        "analogy_rank": {
            "_".join(question): solution and solution.rank
            for question, solution in answers.analogies.items()
        },
    }


def _lead(lead: "Lead") -> dict[str, float]:
    return {key: value for key, value in asdict(lead).items() if isinstance(value, float)}


def _lists(answers: Answers) -> dict[str, Any]:
    return {
        "neighbors": {
            word: {"looked_up_as": answers.forms[word], "nearest": nearest and dict(nearest)}
            for word, nearest in answers.neighbors.items()
        },
        "analogies": {
            " ".join(question): solution
            and {"rank": solution.rank, "answers": dict(solution.answers)}
            for question, solution in answers.analogies.items()
        },
    }
