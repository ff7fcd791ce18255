"""What the spaces are asked: each figure against gensim, scikit-learn or a plain loop."""

import gzip
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from gensim.test.utils import datapath
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import silhouette_score
from threadpoolctl import threadpool_limits

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import write_json
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.similarities import SimilarityParams
from reelvec.spaces import analogies
from reelvec.spaces.analogies import evaluate_word_analogies, read_questions
from reelvec.spaces.answers import ASKED, Similarities, metrics, neighbor_lists
from reelvec.spaces.judgements import judged_words, judgement_scores
from reelvec.spaces.keyed_vectors import keyed_vectors, unit_subspace
from reelvec.spaces.measures import jaccard, nearest_words, neighborhood_overlap, sentiment_scores
from reelvec.spaces.similarities import compare_spaces, shared_words
from reelvec.spaces.similarities_report import escaped, similarities_markdown

BUNDLED = Path(datapath("questions-words.txt"))
PREPROCESS = PreprocessParams(stopwords="none")
PRAISE, BLAME = ("good", "great", "superb"), ("bad", "awful", "dull")


def params(**changes: object) -> SimilarityParams:
    values: dict[str, object] = {
        "spaces": ("scratch", "glove"),
        "neighbors": 3,
        "restrict": None,
        "probe_words": ("good", "bad"),
        "pairs": (("good", "bad"),),
        "analogies": (("man", "king", "woman", "queen"),),
        "positive_words": PRAISE,
        "negative_words": BLAME,
    }
    return SimilarityParams.model_validate(values | changes)


def random_space(words: Iterable[str], dimension: int = 8, seed: int = 0) -> KeyedVectors:
    names = list(words)
    vectors = np.random.default_rng(seed).normal(size=(len(names), dimension))
    return keyed_vectors(names, vectors.astype(np.float32))


@pytest.fixture(scope="module")
def fifth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every fifth of the bundled questions: gensim takes seconds for all of them."""
    path = tmp_path_factory.mktemp("questions") / "fifth.txt"
    with path.open("w", encoding="utf-8") as stream:
        for section in read_questions(BUNDLED):
            stream.write(f": {section.name}\n")
            stream.writelines(f"{' '.join(words)}\n" for words in section.questions[::5])
    return path


@pytest.fixture
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that look at no interval."""
    monkeypatch.setattr(analogies, "DRAWS", 99)


def question_words() -> list[str]:
    sections = read_questions(BUNDLED)
    return sorted({w.lower() for section in sections for q in section.questions for w in q})


@cache
def believable_space(dtype: type = np.float32) -> KeyedVectors:
    """Words of the questions, so that a good part is answered right and many nearly so.

    In each section the second word is the first plus a common offset plus noise. Case variants,
    words with the very same vector and a thousand others stand between.
    """
    rng = np.random.default_rng(5)
    vectors: dict[str, np.ndarray] = {}
    for section in read_questions(BUNDLED):
        offset = rng.normal(size=20)
        for a, b, *_ in section.questions:
            first, second = a.lower(), b.lower()
            vectors.setdefault(first, rng.normal(size=20))
            vectors.setdefault(second, vectors[first] + offset + 0.8 * rng.normal(size=20))
    words = list(vectors)
    for word in words[::25]:
        vectors[word.title()] = vectors[word] + 0.1 * rng.normal(size=20)
        vectors[word.upper()] = vectors[word]
    for word in words[::7]:
        vectors[f"{word}-again"] = vectors[word]
    for number in range(1000):
        vectors[f"other{number}"] = rng.normal(size=20)
    order = rng.permutation(len(vectors)).tolist()
    names = list(vectors)
    matrix = np.array([vectors[names[row]] for row in order], dtype)
    return keyed_vectors([names[row] for row in order], matrix)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("restrict", [None, 300_000, 2_200, 700])
@pytest.mark.parametrize("case_insensitive", [True, False])
def test_analogies_are_judged_exactly_as_by_gensim(
    fifth: Path, dtype: type, restrict: int | None, case_insensitive: bool
) -> None:
    space = believable_space(dtype)
    expected = space.evaluate_word_analogies(
        str(fifth), restrict_vocab=restrict, case_insensitive=case_insensitive
    )
    found = evaluate_word_analogies(space, read_questions(fifth), restrict, case_insensitive)
    assert found == expected


@pytest.mark.slow
def test_all_questions_are_judged_as_by_gensim_and_tell_evaluators_apart() -> None:
    space = believable_space()
    score, sections = evaluate_word_analogies(space, read_questions(BUNDLED))
    assert (score, sections) == space.evaluate_word_analogies(str(BUNDLED))
    assert 0.1 < score < 0.9
    assert len(sections[-1]["correct"] + sections[-1]["incorrect"]) > 10_000


CASES = ["a", "A", "b", "B", "c", "C", "d", "e", "E"]
COORDINATES = st.tuples(st.integers(-2, 2), st.integers(-2, 2)).filter(any)


@given(
    words=st.permutations(CASES),
    count=st.integers(1, len(CASES)),
    coordinates=st.lists(COORDINATES, min_size=len(CASES), max_size=len(CASES)),
    questions=st.lists(st.tuples(*[st.sampled_from([*CASES, "x"])] * 4), min_size=1, max_size=30),
    restrict=st.integers(1, 10),
    case_insensitive=st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_ties_case_variants_and_repeated_words_go_as_in_gensim(
    tmp_path_factory: pytest.TempPathFactory,
    words: list[str],
    count: int,
    coordinates: list[tuple[int, int]],
    questions: list[tuple[str, str, str, str]],
    restrict: int,
    case_insensitive: bool,
) -> None:
    space = keyed_vectors(words[:count], np.array(coordinates[:count], np.float32))
    path = tmp_path_factory.mktemp("questions") / "q.txt"
    lines = [": one", *map(" ".join, questions), "too few", ": none", ": two", "a b c d"]
    path.write_text("\n".join(lines))
    expected = space.evaluate_word_analogies(
        str(path), restrict_vocab=restrict, case_insensitive=case_insensitive
    )
    assert (
        evaluate_word_analogies(space, read_questions(path), restrict, case_insensitive) == expected
    )


def test_blocks_of_questions_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    space, sections = believable_space(), read_questions(BUNDLED)[:3]
    whole = evaluate_word_analogies(space, sections)
    monkeypatch.setattr(analogies, "SCORES_AT_ONCE", 5_000)
    assert evaluate_word_analogies(space, sections) == whole


def test_no_question_can_be_asked_of_strange_words() -> None:
    score, sections = evaluate_word_analogies(random_space("xyz"), read_questions(BUNDLED))
    assert score == 0
    assert sections[-1] == {"section": "Total accuracy", "correct": [], "incorrect": []}


def test_the_bundled_file_holds_all_questions() -> None:
    sections = read_questions(BUNDLED)
    assert sum(len(section.questions) for section in sections) == 19_544
    assert len(sections) == 14


def test_a_question_before_the_first_section_is_refused(tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("a b c d\n")
    with pytest.raises(ReelvecError, match="line 1: expected a section"):
        read_questions(tmp_path / "q.txt")


def test_judgements_are_those_of_gensim() -> None:
    words = sorted(set(judged_words()))[::2]
    space = random_space(words)
    scores = judgement_scores(unit_subspace(space, words), 0.95)
    for name, file, total in (
        ("wordsim353", "wordsim353.tsv", 353),
        ("simlex999", "simlex999.txt", 999),
    ):
        _, (spearman, _), unknown = space.evaluate_word_pairs(datapath(file))
        assert scores[f"{name}_spearman"] == pytest.approx(spearman, abs=1e-4)
        assert scores[f"{name}_pairs"] == round(total * (1 - unknown / 100))


@pytest.mark.parametrize(("words", "pairs"), [(["xyz"], 0), (["football", "tennis"], 1)])
def test_too_few_known_pairs_give_no_correlation(words: list[str], pairs: int) -> None:
    scores = judgement_scores(random_space(words), 0.95)
    assert scores["wordsim353_spearman"] is None
    assert scores["wordsim353_pairs"] == pairs


def unit(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / lengths)


@given(positives=st.integers(2, 7), negatives=st.integers(2, 7), seed=st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_sentiment_scores_are_those_of_a_plain_loop(
    positives: int, negatives: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    positive, negative = (unit(rng.normal(size=(n, 5))) for n in (positives, negatives))
    scores = sentiment_scores(positive, negative)
    words = [*((v, 1) for v in positive), *((v, 0) for v in negative)]
    within: dict[int, list[float]] = {0: [], 1: []}
    across, nearest, shares = [], [], []
    for i, (vector, side) in enumerate(words):
        others = [(float(v @ vector), s) for j, (v, s) in enumerate(words) if j != i]
        for cosine, s in others:
            (within[side] if s == side else across).append(cosine)
        others.sort(reverse=True)
        peers = sum(s == side for _, s in others)
        nearest.append(others[0][1] == side)
        shares.append(sum(s == side for _, s in others[:peers]) / peers)
    vectors, sides = np.array([v for v, _ in words]), [s for _, s in words]
    mean_within = (np.mean(within[0]) + np.mean(within[1])) / 2
    assert scores == pytest.approx(
        {
            "sentiment_within": mean_within,
            "sentiment_across": np.mean(across),
            "sentiment_separation": mean_within - np.mean(across),
            "sentiment_silhouette": silhouette_score(vectors, sides, metric="cosine"),
            "sentiment_nearest": np.mean(nearest),
            "sentiment_neighbors": np.mean(shares),
        },
        abs=1e-9,
    )


def test_words_on_opposite_sides_are_wholly_separate() -> None:
    rng = np.random.default_rng(0)
    praise = unit(np.array([1, 0, 0]) + 0.1 * rng.normal(size=(6, 3)))
    scores = sentiment_scores(praise, -praise)
    assert scores["sentiment_nearest"] == scores["sentiment_neighbors"] == 1
    assert (scores["sentiment_silhouette"] or 0) > 0.9
    assert (scores["sentiment_separation"] or 0) > 1.8


def test_one_word_is_no_polarity() -> None:
    scores = sentiment_scores(np.eye(3)[:1], np.eye(3)[1:])
    assert set(scores.values()) == {None}


@given(count=st.integers(2, 30), neighbors=st.integers(1, 12), seed=st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_overlap_is_that_of_gensims_neighbours(count: int, neighbors: int, seed: int) -> None:
    words = [f"w{number}" for number in range(count)]
    one, two = random_space(words, 6, seed), random_space(words, 4, seed + 1)
    expected = np.mean(
        [
            jaccard(
                *([w for w, _ in space.most_similar(word, topn=neighbors)] for space in (one, two))
            )
            for word in words
        ]
    )
    nearest = (
        nearest_words(unit_subspace(space, words).vectors, neighbors) for space in (one, two)
    )
    assert neighborhood_overlap(*nearest) == pytest.approx(expected, abs=1e-12)


def test_a_space_turned_around_has_the_same_neighbours() -> None:
    vectors = unit(np.random.default_rng(0).normal(size=(50, 6)))
    rotation, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(6, 6)))
    nearest = nearest_words(vectors, 10)
    assert neighborhood_overlap(nearest, nearest_words(vectors @ rotation, 10)) == 1
    alone = nearest_words(vectors[:1], 10)
    assert neighborhood_overlap(alone, alone) is None


WORDS = [
    *PRAISE,
    *BLAME,
    "man",
    "king",
    "woman",
    "queen",
    "actor",
    "film",
    "football",
    "tennis",
    "plot",
]


def compared(**changes: object) -> Similarities:
    spaces = {
        "scratch": random_space([*WORDS, "only-here", "here-too"], 6, seed=1),
        "glove": random_space(["the", "actors", *reversed(WORDS), "rare"], 4, seed=2),
    }
    return compare_spaces(spaces, params(**changes), PREPROCESS)


def test_shared_words_are_ordered_by_their_frequency_in_the_reviews() -> None:
    spaces = {
        "glove": random_space("cab"),
        "scratch": random_space("xabc"),
        "b": random_space("bca"),
    }
    assert shared_words(spaces) == ["a", "b", "c"]


def test_every_space_searches_the_same_shared_words() -> None:
    similarities = compared()
    assert similarities.shared_words == len(WORDS)
    assert {*ASKED, *ASKED.values()} <= set(similarities.own["scratch"].scores)
    assert [answers.words for answers in similarities.shared.values()] == [len(WORDS)] * 2
    assert [answers.words for answers in similarities.own.values()] == [
        len(WORDS) + 2,
        len(WORDS) + 3,
    ]


def test_words_of_one_space_alone_change_no_shared_score() -> None:
    small = random_space(WORDS, 6, seed=1)
    names = [*WORDS, *(f"more{number}" for number in range(40))]
    noise = np.random.default_rng(7).normal(size=(40, 6)).astype(np.float32)
    large = keyed_vectors(names, np.concatenate([small.vectors, noise]))
    glove = random_space(WORDS, 4, seed=2)
    before = compare_spaces({"scratch": small, "glove": glove}, params(), PREPROCESS)
    after = compare_spaces({"scratch": large, "glove": glove}, params(), PREPROCESS)
    assert after.shared == before.shared
    assert after.overlap == before.overlap
    assert after.own["scratch"] != before.own["scratch"]


def test_trained_spaces_are_asked_in_the_form_of_the_reviews_and_glove_as_written() -> None:
    similarities = compared(probe_words=("actors", "films", "Good"))
    own, shared = similarities.own, similarities.shared
    assert own["scratch"].forms["actors"] == "actor"
    assert own["glove"].forms["actors"] == "actors"
    assert own["glove"].forms["films"] == "film"  # GloVe has no "films" here
    assert own["glove"].forms["Good"] == "good"
    assert shared["scratch"].forms["actors"] == shared["glove"].forms["actors"] == "actor"


def test_neighbours_are_those_of_gensim() -> None:
    similarities = compared()
    reference = random_space([*WORDS, "only-here", "here-too"], 6, seed=1)
    found = similarities.own["scratch"].neighbors["good"] or []
    expected = reference.most_similar("good", topn=3)
    assert [word for word, _ in found] == [word for word, _ in expected]
    assert [c for _, c in found] == pytest.approx([c for _, c in expected], abs=1e-6)


def test_a_word_that_a_space_lacks_is_reported() -> None:
    similarities = compared(
        probe_words=("rare", "only-here", "good"),
        pairs=(("good", "rare"), ("good", "bad")),
        analogies=(("man", "king", "rare", "queen"),),
    )
    own = similarities.own
    assert own["scratch"].neighbors["rare"] is None
    assert len(own["glove"].neighbors["rare"] or []) == 3
    assert own["scratch"].pairs["good", "rare"] is None
    assert own["scratch"].analogies["man", "king", "rare", "queen"] is None
    assert similarities.shared["glove"].neighbors["rare"] is None
    report = similarities_markdown(similarities, "SAMPLE DATA")
    section = report[report.index("### rare") : report.index("### only-here")]
    assert "scratch (not there)" in section
    row = next(line for line in report.splitlines() if line.startswith("| good – rare"))
    assert row.split("|")[2].strip() == "not there"
    figures = metrics(similarities)["spaces"]["scratch"]["own"]
    assert figures["cosine"]["good_rare"] is None
    assert figures["analogy_rank"]["man_king_rare_queen"] is None
    assert neighbor_lists(similarities)["scratch"]["own"]["neighbors"]["rare"] == {
        "looked_up_as": None,
        "nearest": None,
    }


def test_the_rank_of_an_analogy_counts_the_better_answers() -> None:
    question = ("man", "king", "woman", "queen")
    solution = compared().own["scratch"].analogies[question]
    space = random_space([*WORDS, "only-here", "here-too"], 6, seed=1)
    ordered = [word for word, _ in space.most_similar(["king", "woman"], ["man"], topn=len(space))]
    assert solution is not None
    assert solution.rank == 1 + ordered.index("queen")
    assert [word for word, _ in solution.answers] == ordered[:3]


def test_the_rank_of_a_pair_is_gensims() -> None:
    near = compared().own["scratch"].pairs["good", "bad"]
    space = random_space([*WORDS, "only-here", "here-too"], 6, seed=1)
    assert near is not None
    assert near.rank == space.rank("good", "bad")
    assert near.cosine == pytest.approx(float(space.similarity("good", "bad")), abs=1e-6)


def test_an_analogy_whose_answer_is_given_has_no_rank() -> None:
    question = ("actor", "king", "queen", "actors")  # "actors" is "actor" in the reviews
    similarities = compared(analogies=(question,))
    assert similarities.own["scratch"].analogies[question] is None
    assert similarities.own["glove"].analogies[question] is not None


def test_answers_come_from_the_most_frequent_words_and_rarer_words_can_be_asked() -> None:
    similarities = compared(restrict=4, probe_words=("plot", "rare"), pairs=(("man", "plot"),))
    glove = similarities.own["glove"]
    assert glove.words == 4
    for word in ("plot", "rare"):
        assert {w for w, _ in glove.neighbors[word] or []} < {"the", "actors", "plot", "tennis"}
    scratch = similarities.own["scratch"]
    assert {w for w, _ in scratch.neighbors["plot"] or []} <= {*PRAISE, "bad"}
    near, solution = (
        scratch.pairs["man", "plot"],
        scratch.analogies["man", "king", "woman", "queen"],
    )
    assert near is not None
    assert solution is not None
    assert 1 <= near.rank <= 5
    assert 1 <= solution.rank <= 5
    assert similarities.shared["scratch"].words == 4


def test_a_pair_judged_by_people_counts_even_when_its_words_are_rare() -> None:
    similarities = compared(restrict=2)
    assert similarities.own["scratch"].scores["wordsim353_pairs"] == 3  # man, king, football
    assert similarities.shared["scratch"].scores["wordsim353_pairs"] == 0


def test_a_word_of_both_polarities_is_refused() -> None:
    with pytest.raises(ReelvecError, match="both hold actor"):
        compared(positive_words=("actor", "good"), negative_words=("actors", "bad"))


@pytest.mark.slow
@pytest.mark.usefixtures("few_draws")
def test_analogy_scores_add_up_over_the_sections() -> None:
    space = believable_space()
    similarities = compare_spaces({"scratch": space}, params(), PREPROCESS)
    scores = similarities.own["scratch"].scores
    accuracy, sections = evaluate_word_analogies(space, read_questions(BUNDLED), len(space))
    asked = len(sections[-1]["correct"] + sections[-1]["incorrect"])
    assert scores["analogies_accuracy"] == accuracy
    assert scores["analogies_asked"] == asked
    halves = [scores[f"analogies_{half}_asked"] or 0 for half in ("semantic", "syntactic")]
    assert sum(halves) == asked
    family = next(
        section for section in similarities.own["scratch"].sections if section[0] == "family"
    )
    assert family[2] <= 506
    assert similarities.questions == 19_544
    assert similarities.overlap == {}


def test_spaces_without_a_common_word_are_still_compared(tmp_path: Path) -> None:
    spaces = {"scratch": random_space(["a", "b"]), "glove": random_space(["c"])}
    similarities = compare_spaces(spaces, params(), PREPROCESS)
    write_json(tmp_path / "metrics.json", metrics(similarities))  # refuses NaN
    write_json(tmp_path / "neighbors.json", neighbor_lists(similarities))
    report = similarities_markdown(similarities, "SAMPLE DATA: of no meaning")
    assert similarities.overlap == {("scratch", "glove"): None}
    assert "too few words" in report
    assert report.startswith("SAMPLE DATA: of no meaning\n")


def test_every_table_of_the_report_is_whole_whatever_the_words() -> None:
    nasty = ["a|b", "*x*", "_y_", "`z", "<i>", "[l](m)"]
    spaces = {
        "scratch": random_space([*nasty, *WORDS], seed=3),
        "glove": random_space([*nasty, *WORDS], seed=4),
    }
    similarities = compare_spaces(
        spaces, params(neighbors=20, probe_words=tuple(nasty)), PREPROCESS
    )
    report = similarities_markdown(similarities, "data")
    assert r"a\|b" in report
    tables = re.findall(r"(?:^\|.*\n)+", report, flags=re.MULTILINE)
    assert len(tables) == 6 + len(nasty)
    for table in tables:
        columns = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(columns) == 1


def test_escaping_leaves_plain_words_alone() -> None:
    assert escaped("glove_frozen isn't 9.5") == "glove_frozen isn't 9.5"
    assert escaped(r"_a|b\c_") == r"\_a\|b\\c\_"


@pytest.mark.slow
@pytest.mark.usefixtures("few_draws")
def test_the_files_are_the_same_with_one_thread_and_with_two(tmp_path: Path) -> None:
    words = list(dict.fromkeys([*WORDS, *question_words()]))
    written = []
    for threads in (1, 2):
        spaces = {
            "scratch": random_space(words, 100, seed=1),
            "glove": random_space(words, 50, seed=2),
        }
        with threadpool_limits(threads):
            similarities = compare_spaces(spaces, params(), PREPROCESS)
        write_json(tmp_path / "metrics.json", metrics(similarities))
        write_json(tmp_path / "neighbors.json", neighbor_lists(similarities))
        written.append([path.read_bytes() for path in sorted(tmp_path.iterdir())])
        written[-1].append(similarities_markdown(similarities, "data").encode())
    assert written[0] == written[1]


@pytest.mark.slow
def test_published_glove_knows_that_king_less_man_plus_woman_is_queen(real_data: str) -> None:
    words, rows = [], []
    path = Path(real_data) / "glove.6B.50d.txt.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for _, line in zip(range(30_000), lines, strict=False):
            word, *numbers = line.split()
            words.append(word)
            rows.append(np.array(numbers, np.float32))
    space = keyed_vectors(words, np.array(rows))
    similarities = compare_spaces({"glove": space}, params(), PREPROCESS)
    solution = similarities.own["glove"].analogies["man", "king", "woman", "queen"]
    assert solution is not None
    assert solution.rank == 1
    expected = space.evaluate_word_analogies(str(BUNDLED), restrict_vocab=30_000)
    assert evaluate_word_analogies(space, read_questions(BUNDLED), 30_000) == expected
