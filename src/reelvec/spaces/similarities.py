"""What the embedding spaces know: neighbours, analogies, human judgements, sentiment, overlap.

Every question is asked twice: of the space's own words, and of the words that all spaces share,
so that a large vocabulary is no advantage. Both times the answers are looked for among the
`similarities.restrict` most frequent words.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from gensim.models import KeyedVectors
from gensim.test.utils import datapath
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.project.section import GLOVE
from reelvec.base.statistics import share_interval
from reelvec.spaces.analogies import (
    QuestionSection,
    SectionResult,
    accuracy_interval,
    evaluate_word_analogies,
    read_questions,
)
from reelvec.spaces.answers import Answers, Forms, Nearness, Neighbor, Similarities, Solution
from reelvec.spaces.intervals import CONFIDENCE
from reelvec.spaces.judgements import judged_words, judgement_scores
from reelvec.spaces.keyed_vectors import unit_subspace
from reelvec.spaces.leads import leads
from reelvec.spaces.measures import (
    nearest_words,
    neighborhood_overlap,
    sentiment_scores,
    separation_p_value,
)
from reelvec.text.columns import words_as_in_reviews

if TYPE_CHECKING:
    from reelvec.base.schema.preprocess import PreprocessParams
    from reelvec.base.schema.similarities import SimilarityParams

QUESTIONS = "questions-words.txt"
"""word2vec's analogy questions, which gensim ships."""

OVERLAP_WORDS = 2_000
"""Of so many shared words the neighbourhoods are compared between spaces."""

Searchable = tuple[KeyedVectors, int]
"""A space, and how many of its words, from the first on, are searched for answers."""

Answer = Callable[[Searchable, Forms, "SimilarityParams", float], Answers]


def compare_spaces(
    spaces: Mapping[str, KeyedVectors],
    params: "SimilarityParams",
    preprocess: "PreprocessParams",
    confidence: float = CONFIDENCE,
    answer: Answer | None = None,
) -> Similarities:
    """Ask every space everything that `params` lists.

    In a trained space, and among shared words, a word is looked up in the form that it has in
    the reviews after preprocessing. GloVe was made from unprocessed text: there a word is
    looked up as it is written, and in the processed form only when that fails.

    Args:
        spaces: by name, in the order of the report; `glove` is the one not trained here.
        params: what to ask.
        preprocess: the steps that made the trained spaces' words.
        confidence: of all intervals.
        answer: how a space is asked; by default `answers_of`.
    """
    answer = answer or answers_of
    asked = _words_asked(params)
    processed = dict(zip(asked, words_as_in_reviews(asked, preprocess), strict=True))
    common_to_all = shared_words(spaces)
    common = common_to_all[: params.restrict]
    own, shared, common_spaces = {}, {}, {}
    for name, space in spaces.items():
        as_written = name == GLOVE
        forms = {word: _form(word, processed[word], as_written, space) for word in asked}
        own[name] = answer(_searchable(space, params.restrict, forms), forms, params, confidence)
        common_spaces[name] = unit_subspace(space, common)
        forms = {word: _form(word, processed[word], False, common_spaces[name]) for word in asked}
        shared[name] = answer((common_spaces[name], len(common)), forms, params, confidence)
    return Similarities(
        sizes={name: space.vectors.shape for name, space in spaces.items()},
        shared_words=len(common_to_all),
        questions=sum(len(section.questions) for section in analogy_questions()),
        own=own,
        shared=shared,
        overlap=_overlaps(common_spaces, params.neighbors),
        leads=leads(common_spaces, confidence),
        confidence=confidence,
    )


def shared_words(spaces: Mapping[str, KeyedVectors]) -> list[str]:
    """The words of all spaces, by falling frequency in the first that was trained here."""
    first = next((name for name in spaces if name != GLOVE), GLOVE)
    others = [space.key_to_index for space in spaces.values()]
    return [word for word in spaces[first].index_to_key if all(word in other for other in others)]


def _overlaps(
    spaces: Mapping[str, KeyedVectors], neighbors: int
) -> dict[tuple[str, str], float | None]:
    nearest = {
        name: nearest_words(space.vectors[:OVERLAP_WORDS], neighbors)
        for name, space in spaces.items()
    }
    return {
        (one, two): neighborhood_overlap(nearest[one], nearest[two])
        for one, two in combinations(spaces, 2)
    }


def _words_asked(params: "SimilarityParams") -> list[str]:
    """Every word that the parameters name, once, in their order."""
    groups: list[Sequence[str]] = [
        params.probe_words,
        *params.pairs,
        *params.analogies,
        params.positive_words,
        params.negative_words,
    ]
    return list(dict.fromkeys(word for group in groups for word in group))


def _form(word: str, processed: str | None, as_written: bool, space: KeyedVectors) -> str | None:
    """How a space writes a word, None when it has no vector for it."""
    candidates = (word, processed) if as_written else (processed,)
    return next((form for form in candidates if form in space.key_to_index), None)


def _searchable(space: KeyedVectors, restrict: int | None, forms: Forms) -> Searchable:
    """The most frequent words, which are searched, then the rarer words that are asked about."""
    words = space.index_to_key[:restrict]
    searched = len(words)
    present = set(words)
    asked = [form for form in forms.values() if form] + judged_words()
    rarer = {word for word in asked if word not in present and word in space.key_to_index}
    return unit_subspace(space, [*words, *sorted(rarer)]), searched


def answers_of(
    searchable: Searchable, forms: Forms, params: "SimilarityParams", confidence: float
) -> Answers:
    """What a space answers, from the words that are searched.

    Args:
        searchable: vectors of length one.
        forms: how it writes each word asked.
        params: what to ask.
        confidence: of all intervals.
    """
    space, searched = searchable
    _, results = evaluate_word_analogies(space, analogy_questions(), restrict_vocab=searched)
    sections = [
        (result["section"], len(result["correct"]), len(result["correct"] + result["incorrect"]))
        for result in results
    ]
    return Answers(
        words=searched,
        forms=forms,
        neighbors={
            word: _neighbors(searchable, forms[word], params.neighbors)
            for word in params.probe_words
        },
        pairs={(a, b): _nearness(searchable, forms[a], forms[b]) for a, b in params.pairs},
        analogies={
            question: _solution(searchable, [forms[word] for word in question], params.neighbors)
            for question in params.analogies
        },
        scores={
            **_analogy_scores(results, confidence),
            **judgement_scores(space, confidence),
            **_sentiment(space, forms, params, confidence),
        },
        sections=sections,
    )


def _neighbors(searchable: Searchable, word: str | None, count: int) -> list[Neighbor] | None:
    space, searched = searchable
    if word is None:
        return None
    found: list[Neighbor] = space.most_similar([word], topn=count, restrict_vocab=searched)
    return found


def _nearness(searchable: Searchable, first: str | None, second: str | None) -> Nearness | None:
    space, searched = searchable
    if first is None or second is None:
        return None
    one, two = space.key_to_index[first], space.key_to_index[second]
    # What gensim's `cosine_similarities` computes, but for the lengths, which are known.
    length = np.linalg.norm(space.vectors[one]) * space.norms
    cosines = space.vectors @ space.vectors[one] / length
    return Nearness(float(cosines[two]), _rank(cosines, two, [one], searched))


def _solution(
    searchable: Searchable, question: Sequence[str | None], count: int
) -> Solution | None:
    """Answer an analogy; None when a word is missing or the expected one is also a given one."""
    space, searched = searchable
    words = [word for word in question if word is not None]
    if len(words) < len(question) or words[3] in words[:3]:
        return None
    a, b, c, expected = words
    scores = space.most_similar([b, c], [a], topn=None)
    given = [space.key_to_index[word] for word in (a, b, c)]
    rank = _rank(scores, space.key_to_index[expected], given, searched)
    return Solution(rank, space.most_similar([b, c], [a], topn=count, restrict_vocab=searched))


def _rank(
    scores: NDArray[np.floating], expected: int, excluded: Sequence[int], searched: int
) -> int:
    """1 + the searched words that score higher than the expected one, some words left out."""
    higher = scores[:searched] > scores[expected]
    higher[[row for row in excluded if row < searched]] = False
    return 1 + int(higher.sum())


def _analogy_scores(
    results: Sequence[SectionResult], confidence: float
) -> dict[str, float | int | None]:
    """Accuracy over all sections but the last, the total, and over its two well-known halves."""
    parts = results[:-1]
    halves = {
        "analogies": parts,
        "analogies_semantic": [part for part in parts if not part["section"].startswith("gram")],
        "analogies_syntactic": [part for part in parts if part["section"].startswith("gram")],
    }
    scores: dict[str, float | int | None] = {}
    for name, chosen in halves.items():
        correct = sum(len(part["correct"]) for part in chosen)
        asked = correct + sum(len(part["incorrect"]) for part in chosen)
        low, high = accuracy_interval(chosen, confidence) if asked else (None, None)
        scores[f"{name}_accuracy"] = correct / asked if asked else None
        scores[f"{name}_accuracy_low"] = low
        scores[f"{name}_accuracy_high"] = high
        scores[f"{name}_asked"] = asked
    return scores


def _sentiment(
    space: KeyedVectors, forms: Forms, params: "SimilarityParams", confidence: float
) -> dict[str, float | int | None]:
    positive, negative = (
        list(dict.fromkeys(form for word in words if (form := forms[word])))
        for words in (params.positive_words, params.negative_words)
    )
    if both := set(positive) & set(negative):
        raise ReelvecError(
            "params.yaml: similarities.positive_words and negative_words: after preprocessing "
            f"both hold {', '.join(sorted(both))}; take it out of one"
        )
    sides = [
        space.vectors[[space.key_to_index[word] for word in words]]
        for words in (positive, negative)
    ]
    scores = sentiment_scores(*sides)
    count = len(positive) + len(negative)
    share = scores["sentiment_nearest"]
    low, high = (
        (None, None) if share is None else share_interval(round(share * count), count, confidence)
    )
    return {
        **scores,
        "sentiment_nearest_low": low,
        "sentiment_nearest_high": high,
        "sentiment_p_value": separation_p_value(*sides),
        "sentiment_words": count,
    }


@cache
def analogy_questions() -> list[QuestionSection]:
    """All analogy questions, asked or not."""
    return read_questions(Path(datapath(QUESTIONS)))
