"""Analogy questions (man is to king as woman is to …?), thousands at once."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import numpy as np
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.statistics import Interval, share_interval
from reelvec.spaces.answers import Question

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

SCORES_AT_ONCE = 1 << 22
"""Scores held in memory at a time: 16 MiB of float32, which the system need not clear each time."""

UNCLEAR = 1e-5
"""Scores closer than this may change places with the order in which float32 sums are taken."""

DRAWS = 1_999
SEED = 123


class SectionResult(TypedDict):
    """One section as gensim's `evaluate_word_analogies` returns it."""

    section: str
    correct: list[Question]
    incorrect: list[Question]


@dataclass(frozen=True, slots=True)
class QuestionSection:
    """A named part of a file of analogy questions."""

    name: str
    questions: list[Question]


def read_questions(path: Path) -> list[QuestionSection]:
    """Read questions in the format of word2vec's `questions-words.txt`.

    A line `: name` starts a section, any other holds four words. As in gensim, a line with more
    or fewer words is passed over.

    Raises:
        ReelvecError: a question stands before the first section.
    """
    sections: list[QuestionSection] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith(": "):
            sections.append(QuestionSection(line.lstrip(": ").strip(), []))
        elif not sections:
            raise ReelvecError(f"{path}, line {number}: expected a section, such as `: capitals`")
        elif len(words := line.split()) == 4:
            sections[-1].questions.append((words[0], words[1], words[2], words[3]))
    return sections


def evaluate_word_analogies(
    space: "KeyedVectors",
    sections: list[QuestionSection],
    restrict_vocab: int | None = 300_000,
    case_insensitive: bool = True,
) -> tuple[float, list[SectionResult]]:
    """Return what `KeyedVectors.evaluate_word_analogies` returns, several times sooner.

    gensim multiplies the whole matrix by one question at a time; here a block of questions is
    one matrix product. Questions too close to call in single precision, and those with a word
    that the space has in several cases (Paris, paris), are put to gensim itself: few in an
    uncased space such as GloVe 6B.

    Args:
        space: words by falling frequency, none with a vector of zeros.
        sections: what `read_questions` read.
        restrict_vocab: only the first so many words are known; None for all.
        case_insensitive: compare in upper case; of case variants the most frequent counts.

    Returns:
        the share of correct answers among the questions asked (0 when none could be), and the
        questions of each section, followed by a section `Total accuracy` with all of them. A
        question with an unknown word is in neither list.
    """
    fold: Callable[[str], str] = str.upper if case_insensitive else str
    folded = [fold(word) for word in space.index_to_key[:restrict_vocab]]
    # Filled from the rarest word to the most frequent, so that the most frequent one stays.
    row_of = dict(zip(reversed(folded), range(len(folded) - 1, -1, -1), strict=True))
    asked = [list(_asked(section, fold, row_of)) for section in sections]
    rows = [[row_of[word] for word in question] for part in asked for question in part]
    right = iter(_answered_right(space, np.array(rows, np.int64).reshape(-1, 4), folded))
    results: list[SectionResult] = []
    for section, questions in zip(sections, asked, strict=True):
        result = SectionResult(section=section.name, correct=[], incorrect=[])
        for question in questions:
            result["correct" if next(right) else "incorrect"].append(question)
        results.append(result)
    total = SectionResult(
        section="Total accuracy",
        correct=[question for result in results for question in result["correct"]],
        incorrect=[question for result in results for question in result["incorrect"]],
    )
    score = len(total["correct"]) / len(rows) if rows else 0.0
    return score, [*results, total]


def accuracy_interval(sections: Sequence[SectionResult], confidence: float) -> Interval:
    """How far another choice of words could move the share of questions answered right.

    A section asks about a few dozen pairs of words, each with each other, so that a question is
    no independent trial. In each draw every section's pairs are drawn with replacement, and a
    question counts as often as both its pairs come together (Snijders and Borgatti 1999,
    "Non-Parametric Standard Errors and Tests for Network Statistics"). Where few or no answers
    are right, that says too little: the interval is never within Wilson's.

    Args:
        sections: with one or more questions asked, no total among them.
        confidence: of the interval.
    """
    generator = np.random.default_rng(SEED)
    right, asked = np.zeros(DRAWS), np.zeros(DRAWS)
    for section in sections:
        correct, incorrect = section["correct"], section["incorrect"]
        pair_of: dict[tuple[str, str], int] = {}
        rows = [
            [pair_of.setdefault(pair, len(pair_of)) for pair in (question[:2], question[2:])]
            for question in [*correct, *incorrect]
        ]
        if not rows:
            continue
        pairs = len(pair_of)
        drawn = generator.multinomial(pairs, np.full(pairs, 1 / pairs), DRAWS).astype(np.float64)
        right += _times_asked(drawn, rows[: len(correct)])
        asked += _times_asked(drawn, rows)
    tail = (1 - confidence) / 2
    low, high = share_interval(
        sum(len(section["correct"]) for section in sections),
        sum(len(section["correct"] + section["incorrect"]) for section in sections),
        confidence,
    )
    if (known := asked > 0).any():
        ends = np.quantile(right[known] / asked[known], [tail, 1 - tail]).tolist()
        low, high = min(low, ends[0]), max(high, ends[1])
    return low, high


def _times_asked(
    drawn: NDArray[np.float64], questions: Sequence[Sequence[int]]
) -> NDArray[np.float64]:
    """How many of some questions each draw asks, all of it whole numbers: float64 (draws,).

    Args:
        drawn: how often each pair of words was drawn, (draws, pairs).
        questions: the numbers of the two pairs of each.
    """
    pairs = drawn.shape[1]
    one, two = np.array(questions, np.int64).reshape(-1, 2).T
    together = np.bincount(one * pairs + two, minlength=pairs**2).reshape(pairs, pairs)
    times: NDArray[np.float64] = ((drawn @ together) * drawn).sum(axis=1)
    return times


def _asked(
    section: QuestionSection, fold: Callable[[str], str], known: dict[str, int]
) -> Iterator[Question]:
    """The section's questions whose four words are known, folded."""
    for a, b, c, expected in section.questions:
        question = fold(a), fold(b), fold(c), fold(expected)
        if all(word in known for word in question):
            yield question


def _answered_right(
    space: "KeyedVectors", questions: NDArray[np.int64], folded: list[str]
) -> NDArray[np.bool_]:
    """Whether the best answer to each question is the expected one.

    Args:
        space: the space.
        questions: rows of a, b, c and the expected word, int64 (questions, 4).
        folded: the words searched.

    Returns:
        bool (questions,).
    """
    size = len(folded)
    if not len(questions):
        return np.zeros(0, bool)
    variants = Counter(folded)
    varied = np.fromiter((variants[word] > 1 for word in folded), bool, count=size)
    space.fill_norms()
    unit = (space.vectors[:size] / space.norms[:size, None]).astype(np.float32)
    at_once = max(1, SCORES_AT_ONCE // size)
    right = np.zeros(len(questions), bool)
    for start in range(0, len(questions), at_once):
        block = questions[start : start + at_once]
        gap = _lead_of_expected(unit, block)
        right[start : start + at_once] = gap > 0
        expected_is_given = (block[:, :3] == block[:, 3:]).any(axis=1)
        unclear = (np.abs(gap) < UNCLEAR) | varied[block].any(axis=1) | expected_is_given
        for row in np.flatnonzero(unclear).tolist():
            right[start + row] = _gensim_answers_right(space, block[row].tolist(), folded)
    return right


def _lead_of_expected(unit: NDArray[np.float32], block: NDArray[np.int64]) -> NDArray[np.float32]:
    """By how much the expected word beats the best of the others, the given three left out.

    Args:
        unit: vectors of length one, (words, dimension).
        block: rows of a, b, c and the expected word, (questions, 4).

    Returns:
        difference of the dot products with b - a + c, float32 (questions,).
    """
    a, b, c, expected = block.T
    target = unit[b] - unit[a] + unit[c]  # (questions, dimension)
    # Left at its length: the order is the same, and a short sum's rounding is not magnified.
    scores = target @ unit.T  # (questions, words)
    question = np.arange(len(block))
    expected_score = scores[question, expected]
    scores[question[:, None], block] = -np.inf
    lead: NDArray[np.float32] = expected_score - scores.max(axis=1)
    return lead


def _gensim_answers_right(space: "KeyedVectors", question: list[int], folded: list[str]) -> bool:
    """One question as gensim asks it, down to its five candidates."""
    a, b, c, expected = question
    given = {folded[a], folded[b], folded[c]}
    answer = None
    for word, _ in space.most_similar([b, c], [a], topn=5, restrict_vocab=len(folded)):
        answer = folded[space.key_to_index[word]]
        if answer not in given:
            break
    return answer == folded[expected]
