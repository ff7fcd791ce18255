"""What is said of the spaces: true of the figures, and nothing beyond them."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from gensim.models import KeyedVectors

from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.similarities import SimilarityParams
from reelvec.spaces import leads as leads_module
from reelvec.spaces.answers import Similarities
from reelvec.spaces.findings import findings
from reelvec.spaces.judgements import judged_words
from reelvec.spaces.keyed_vectors import keyed_vectors
from reelvec.spaces.leads import Lead
from reelvec.spaces.measures import separation_p_value
from reelvec.spaces.similarities import compare_spaces

PRAISE = ("good", "great", "superb", "fine", "brilliant")
BLAME = ("bad", "awful", "dull", "poor", "terrible")
ROYAL = ("man", "king", "woman", "queen")
PARAMS = SimilarityParams(
    spaces=("knows", "glove"),
    neighbors=3,
    probe_words=(),
    pairs=(),
    analogies=(ROYAL, ("one", "two", "three", "missing")),
    positive_words=PRAISE,
    negative_words=BLAME,
)
WORDS = list(dict.fromkeys([*ROYAL, *PRAISE, *BLAME, "one", "two", "three", *judged_words()]))


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leads_module, "DRAWS", 99)


def space(seed: int, queen: float, words: Iterable[str] = WORDS) -> KeyedVectors:
    """Random vectors; `queen` says how surely she is king − man + woman."""
    names = list(words)
    vectors = np.random.default_rng(seed).normal(size=(len(names), 12))
    row = {word: number for number, word in enumerate(names)}
    exact = vectors[row["king"]] - vectors[row["man"]] + vectors[row["woman"]]
    vectors[row["queen"]] = queen * exact + (1 - queen) * vectors[row["queen"]]
    return keyed_vectors(names, vectors.astype(np.float32))


def compared(**spaces: KeyedVectors) -> Similarities:
    return compare_spaces(spaces, PARAMS, PreprocessParams(stopwords="none", lemmatize=False))


def line(similarities: Similarities, start: str) -> str:
    (found,) = [each for each in findings(similarities) if each.startswith(start)]
    return found


def test_the_spaces_that_answer_queen_are_named_and_the_others_have_their_rank() -> None:
    similarities = compared(knows=space(1, 1), also=space(2, 1), glove=space(3, 0))
    rank = similarities.shared["glove"].analogies[ROYAL]
    assert rank is not None
    assert rank.rank > 1
    said = line(similarities, "king − man + woman")
    assert "answered with queen by knows and also;" in said
    assert f"queen is number {rank.rank:,} in glove" in said
    assert said.endswith("When each searches its own words: by the same.")
    none = compared(knows=space(4, 0), glove=space(3, 0))
    assert "answered by no space" in line(none, "king − man + woman")
    assert line(none, "two − one + three").endswith("the spaces do not share these words.")


def test_a_rarer_word_of_its_own_that_comes_before_queen_is_told() -> None:
    one, two = space(1, 1), space(2, 1)
    exact = one["king"] - one["man"] + one["woman"]
    nearer = keyed_vectors(
        [*WORDS, "empress"],
        np.vstack(
            [
                np.where(
                    np.arange(len(WORDS))[:, None] == WORDS.index("queen"),
                    one.vectors + 0.1,
                    one.vectors,
                ),
                exact,
            ]
        ),
    )
    said = line(compared(knows=nearer, glove=two), "king − man + woman")
    assert "answered with queen by knows and glove" in said
    assert said.endswith("When each searches its own words: by glove; queen is number 2 in knows.")


def test_surely_lower_is_said_of_those_that_are_and_of_no_other() -> None:
    names = ("a", "b", "c")
    similarities = compared(a=space(1, 0), b=space(2, 0), c=space(3, 0))
    known = {name: similarities.shared[name].scores["wordsim353_spearman"] for name in names}
    best = max(names, key=lambda name: known[name] or 0)
    other, sure = (name for name in names if name != best)
    leads = [
        Lead("wordsim353", other, best, -0.05, -0.2, 0.1, 0.5, 1.0),
        Lead("wordsim353", best, sure, 0.1, 0.02, 0.2, 0.001, 0.01),
        Lead("wordsim353", other, sure, 0.2, 0.1, 0.3, 0.001, 0.01),
        Lead("simlex999", best, sure, 0.3, 0.2, 0.4, 0.9, 1.0),
    ]
    said = line(replace(similarities, leads=leads), "WordSim-353")
    value, low, high = (
        similarities.shared[best].scores[f"wordsim353_spearman{end}"]
        for end in ("", "_low", "_high")
    )
    assert f"is that of {best}, {value:.3f} ({low:.3f} to {high:.3f})" in said
    assert said.endswith(
        f"Surely lower: {sure} by 0.100 (0.020 to 0.200). "
        f"Not surely lower: {other} by 0.050 (-0.100 to 0.200)."
    )
    bare = line(replace(similarities, leads=[]), "WordSim-353")
    assert "urely" not in bare


def test_sentiment_is_apart_where_a_space_divides_the_words() -> None:
    divided, mixed = space(1, 0), space(2, 0)
    for words, side in ((PRAISE, 6.0), (BLAME, -6.0)):
        for word in words:
            divided.vectors[divided.key_to_index[word]] += side
    divided = keyed_vectors(divided.index_to_key, divided.vectors)
    similarities = compared(knows=divided, glove=mixed)
    said = line(similarities, "Words of praise and words of blame, 10 in all")
    assert "; surely apart in knows " in said
    assert "; not surely apart in glove " in said
    nearest = line(similarities, "The nearest of these 10 words")
    assert "knows 100.0% (72.2% to 100.0%)" in nearest  # Wilson's for 10 of 10


@pytest.mark.parametrize("seed", range(4))
def test_the_p_value_is_that_of_all_divisions(seed: int) -> None:
    generator = np.random.default_rng(seed)
    vectors = generator.normal(size=(9, 4)) + np.repeat([[0.6], [-0.6]], [5, 4], axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = vectors @ vectors.T

    def separation(praise: tuple[int, ...]) -> float:
        sides = [list(praise), [row for row in range(9) if row not in praise]]
        within = [np.mean([cosines[i, j] for i in side for j in side if i != j]) for side in sides]
        return float(np.mean(within) - np.mean([cosines[i, j] for i in sides[0] for j in sides[1]]))

    seen = separation((0, 1, 2, 3, 4))
    expected = np.mean([separation(each) >= seen - 1e-12 for each in combinations(range(9), 5)])
    found = separation_p_value(vectors[:5], vectors[5:])
    assert found == pytest.approx(expected, abs=0.02)
    assert separation_p_value(vectors[:1], vectors[5:]) is None
