"""Questions to the embedding spaces: gensim's answers, and help where a word is not known."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_project import (
    BASELINE,
    ENSEMBLE,
    STEPS,
    VARIANTS,
    WORDS,
    CommandLine,
    make_variant,
    vectors_of,
)

from reelvec.base.messages import COMMANDS
from reelvec.base.project.paths import GLOVE_VECTORS, WORD_VECTORS
from reelvec.base.project.section import GLOVE
from reelvec.cli.sums import parse_terms, with_separate_signs
from reelvec.cli.word_space import WordSpace, closest_spellings, load_word_space
from reelvec.evaluation.results import Results
from reelvec.models.word_vectors import WordVectors, folder_of_vectors
from reelvec.spaces.keyed_vectors import keyed_vectors, load_space


def same(found: list[tuple[str, float]], expected: list[tuple[str, float]]) -> None:
    assert [word for word, _ in found] == [word for word, _ in expected]
    cosines = [cosine for _, cosine in expected]
    np.testing.assert_allclose([cosine for _, cosine in found], cosines, atol=1e-6)


@pytest.mark.parametrize("name", ["scratch", "glove", "word2vec"])
@pytest.mark.parametrize(("most", "restrict"), [(10, None), (3, 7), (500, None)])
def test_neighbors_and_analogies_are_gensims(
    reelvec: CommandLine, name: str, most: int, restrict: int | None
) -> None:
    reference = load_space(name)
    space = load_word_space(Results(reelvec.folder), name)
    assert list(space.words) == reference.index_to_key
    for word in ("good", "well"):
        expected = reference.most_similar(word, topn=most, restrict_vocab=restrict)
        same(space.neighbors(word, most, restrict), expected)
    expected = reference.most_similar(["king", "woman"], ["man"], most, restrict_vocab=restrict)
    same(space.solve([(1, "king"), (-1, "man"), (1, "woman")], most, restrict), expected)
    assert space.cosine("good", "bad") == pytest.approx(reference.similarity("good", "bad"))
    assert space.rank("good", "bad") == reference.rank("good", "bad")


@given(st.lists(st.floats(-3, 3, width=16), min_size=12, max_size=40), st.integers(1, 9))
def test_any_vectors_have_gensims_neighbors(values: list[float], most: int) -> None:
    vectors = np.array(values[: len(values) // 2 * 2], np.float32).reshape(-1, 2)
    vectors += vectors_of(len(vectors), 3)[:, :2]
    words = [f"w{row}" for row in range(len(vectors))]
    expected = dict(keyed_vectors(words, vectors).most_similar("w0", topn=len(words)))
    found = WordSpace.of("made", words, vectors).neighbors("w0", most)
    # Equal cosines may come in any order.
    assert len(found) == min(most, len(words) - 1)
    best = sorted(expected.values(), reverse=True)[: len(found)]
    np.testing.assert_allclose([cosine for _, cosine in found], best, atol=1e-5)
    assert all(cosine == pytest.approx(expected[word], abs=1e-5) for word, cosine in found)


def test_a_word_without_a_vector_is_not_there_and_is_not_counted() -> None:
    vectors = vectors_of(4, 1)
    vectors[1] = 0
    space = WordSpace.of("made", ["a", "b", "c", "d"], vectors)
    assert space.words == ["a", "c", "d"]
    assert space.find("b") is None
    same(
        space.neighbors("a", 5, restrict=2),
        keyed_vectors(["a", "b", "c", "d"], vectors).most_similar("a", topn=5, restrict_vocab=2),
    )


def test_vectors_lie_where_the_spaces_are_looked_for(project: Path) -> None:
    assert folder_of_vectors(GLOVE) == GLOVE_VECTORS
    assert folder_of_vectors("word2vec") == WORD_VECTORS / "word2vec"
    assert Results(project).spaces == [
        "scratch", "frozen", "gru", "numbers", "glove", "word2vec"
    ]  # fmt: skip


def test_questions_to_a_space_import_nothing_slow(project: Path) -> None:
    code = """
import sys
from pathlib import Path
from reelvec.cli.words import show_neighbors
for space in ("scratch", "glove", "word2vec"):
    show_neighbors(Path(sys.argv[1]), "good", space, 3, None, False)
print(*sys.modules)
"""
    modules = subprocess.run(
        [sys.executable, "-c", code, project], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "reelvec.models.word_vectors" in modules
    assert not {"torch", "gensim", "sklearn", "scipy", "pandas", "pyarrow"} & set(modules)


def test_neighbors_are_printed_with_their_cosines(reelvec: CommandLine) -> None:
    status, out, err = reelvec("neighbors", "wonderful", "-n", "2")
    expected = load_space("scratch").most_similar("wonderful", topn=2)
    lines = [f"  {cosine:6.3f}  {word}" for word, cosine in expected]
    assert (status, out.splitlines(), err) == (0, ["wonderful in scratch, 18 words:", *lines], "")
    answer = json.loads(reelvec("neighbors", "Wonderful", "--space", "glove", "--json").out)
    assert (answer["space"], answer["read_as"], len(answer["neighbors"])) == (
        "glove", "wonderful", 10
    )  # fmt: skip


def test_a_word_is_read_as_the_reviews_were(reelvec: CommandLine) -> None:
    assert reelvec("neighbors", "Movies").lines[0] == "Movies (read as movie) in scratch, 18 words:"
    assert reelvec("neighbors", "naïve", "--space", "word2vec").lines[0].startswith("naïve (read")
    assert reelvec("neighbors", "naïve", "--space", "glove").lines[0].startswith("naïve in glove")
    assert reelvec("neighbors", "don't").status == 1, "two tokens are no word of the space"


@pytest.mark.parametrize(
    "sum_", [["king - man + woman"], ["king", "-", "man", "+", "woman"], ["king", "-man", "+woman"]]
)
def test_a_minus_is_no_option(reelvec: CommandLine, sum_: list[str]) -> None:
    expected = load_space("glove").most_similar(["king", "woman"], ["man"], topn=3)
    for order in ([*sum_, "--space", "glove", "-n", "3"], ["-n3", "--space=glove", *sum_]):
        answer = reelvec("analogy", *order)
        assert answer.lines[0] == "king - man + woman in glove, 22 words:"
        assert [line.split()[1] for line in answer.lines[1:]] == [word for word, _ in expected]
    answer = json.loads(reelvec("analogy", "- man", "+", "king", "--json").out)
    assert (answer["plus"], answer["minus"]) == (["king"], ["man"])


def test_options_of_the_analogy_are_still_options() -> None:
    given = ["-n", "3", "-n3", "--space", "-man", "- man", "-", "-5", "-königin", "well-made"]
    separate = with_separate_signs(given)
    assert separate == [
        "-n", "3", "-n3", "--space", "-", "man", "-", "man", "-", "-5", "-", "königin", "well-made"
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["king man", "king -", "king - + man", "+", ""])
def test_what_is_no_sum_gets_an_example(reelvec: CommandLine, text: str) -> None:
    answer = reelvec("analogy", text)
    assert answer.status == 1
    assert "for example `reelvec analogy king - man + woman`" in answer.err


def test_typographic_signs_and_hyphens_within_words_are_understood() -> None:
    assert parse_terms(["well-made − film + man"]) == [(1, "well-made"), (-1, "film"), (1, "man")]


def test_similarity_is_asked_of_every_space_once(reelvec: CommandLine) -> None:
    lines = reelvec("similarity", "good", "great").lines
    # Not frozen, which has the vectors of another, nor numbers, which has none.
    assert [line.split()[0] for line in lines[2:6]] == ["scratch", "gru", "glove", "word2vec"]
    answer = json.loads(reelvec("similarity", "good", "well-made", "--json").out)
    known = {space["space"]: space["cosine"] is not None for space in answer["spaces"]}
    assert known == {"scratch": False, "gru": False, "glove": True, "word2vec": False}


def test_comparison_marks_the_neighbors_that_spaces_share(reelvec: CommandLine) -> None:
    names = ["scratch", "gru", "glove", "word2vec"]
    near = {
        name: [word for word, _ in load_space(name).most_similar("good", topn=5)] for name in names
    }
    answer = json.loads(reelvec("compare", "good", "-n", "5", "--json").out)
    found = {name: [one["word"] for one in words] for name, words in answer["spaces"].items()}
    assert found == near
    everything = [word for words in near.values() for word in words]
    assert set(answer["shared"]) == {word for word in everything if everything.count(word) > 1}
    lines = reelvec("compare", "good", "-n", "5").lines
    assert lines[0].split() == names
    for word in near["scratch"]:
        assert any(
            line.startswith(f"{word}{' *' if everything.count(word) > 1 else '  '}")
            for line in lines[2:7]
        )


def test_a_space_that_does_not_know_the_word_says_so_beside_the_others(
    reelvec: CommandLine,
) -> None:
    lines = reelvec("compare", "blue-ray", "--space", "scratch", "--space", "glove").lines
    assert lines[2].startswith("(not there)  ")
    assert reelvec("compare", "blueray").status == 1


@pytest.mark.parametrize("command", ["neighbors", "compare"])
def test_an_unknown_word_gets_the_closest_spellings(reelvec: CommandLine, command: str) -> None:
    status, out, err = reelvec(command, "wonderfull")
    assert (status, out) == (1, "")
    assert err.startswith("error: 'wonderfull' is not among the 18 words of scratch")
    assert err.endswith("did you mean wonderful?\n")
    assert "no word is spelt like it" in reelvec(command, "zzzzzzzz").err


def test_unknown_spaces_and_variants_are_listed_and_guessed(reelvec: CommandLine) -> None:
    for command in (["neighbors", "good", "--space"], ["predict", "good", "--variant"]):
        answer = reelvec(*command, "scrach")
        assert answer.status == 1
        assert "'scrach' is no " in answer.err
        assert "(did you mean 'scratch'?); there are scratch" in answer.err or (
            "(did you mean 'scratch'?); there are frozen, gru, numbers, scratch, words, best."
            in answer.err
        )


def test_variants_are_listed_with_what_they_are_and_how_good(reelvec: CommandLine) -> None:
    lines = reelvec("variants").lines
    assert [line.split()[0] for line in lines[2:8]] == [*sorted(VARIANTS), BASELINE, ENSEMBLE]
    assert lines[3].split() == [
        "gru", "*", "gru", "processed", "random", "90.00%", "89.00%", "1,234"
    ]  # fmt: skip
    assert {"84.00%", "83.00%"} <= set(lines[6].split())
    assert {"89.00%", "88.00%"} <= set(lines[7].split())
    answers = json.loads(reelvec("variants", "--json").out)
    assert [answer["variant"] for answer in answers if answer["default"]] == ["gru"]


def test_what_is_still_being_written_is_not_there_yet(tmp_path: Path) -> None:
    make_variant(tmp_path, "scratch", VARIANTS["scratch"])
    shutil.copytree(tmp_path / "data/models/scratch", tmp_path / "data/models/.other.tmp")
    assert Results(tmp_path).spaces == Results(tmp_path).variants == ["scratch"]


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_a_word_cannot_command_the_terminal(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    as_json: list[str],
) -> None:
    words = [f"good{letter}{chr(code)}x" for letter in "ae" for code in COMMANDS if code > 13]
    WordVectors(words, vectors_of(len(words), 7)).save(tmp_path / GLOVE_VECTORS)
    steps = tmp_path / "data/processed/preprocess.json"
    steps.parent.mkdir()
    steps.write_text(STEPS.model_dump_json())
    reelvec = CommandLine(tmp_path, monkeypatch, capsys)
    word = words[30]
    told = [
        reelvec("neighbors", word, "-n", "500", *as_json),
        reelvec("analogy", f"{word} - {word} + {words[1]}", "-n", "500", *as_json),
        reelvec("similarity", word, words[1], *as_json),
        reelvec("compare", word, "-n", "500", *as_json),
        reelvec("neighbors", f"{word}x", *as_json),
        reelvec("neighbors", "good", "--space", "\x1b[2J", *as_json),
    ]
    text = "".join(answer.out + answer.err for answer in told)
    assert not {ord(letter) for letter in text} & {*COMMANDS} - {9, 10}
    assert "did you mean" in told[4].err
    assert told[0].out.count("x1b" if not as_json else "u001b") >= 1


def test_a_variant_without_metrics_is_listed_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_variant(tmp_path, "scratch", VARIANTS["scratch"])
    shutil.rmtree(tmp_path / "reports")
    reelvec = CommandLine(tmp_path, monkeypatch, capsys)
    assert reelvec("variants").lines[2].split()[:4] == ["scratch", "*", "mean", "processed"]
    (tmp_path / "data/models/scratch/config.json").write_text("{}")
    assert "run `dvc repro` to make it again" in reelvec("variants").err


@pytest.mark.parametrize(
    "command",
    [["variants"], ["neighbors", "good"], ["compare", "good"], ["predict", "good"], ["explore"]],
    ids=" ".join,
)
def test_an_empty_project_says_what_to_run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
) -> None:
    reelvec = CommandLine(tmp_path, monkeypatch, capsys)
    answer = reelvec(*command)
    assert answer.status == 1
    assert "`make repro`" in answer.err
    assert "`make demo`" in answer.err
    assert answer.err.count("\n") == 1


def test_the_demo_is_found_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_variant(tmp_path / ".demo", "scratch", VARIANTS["scratch"])
    reelvec = CommandLine(tmp_path, monkeypatch, capsys)
    assert "`--project .demo`" in reelvec("neighbors", "good").err
    assert reelvec("neighbors", "good", "--project", ".demo").status == 0
    monkeypatch.setenv("REELVEC_PROJECT", ".demo")
    assert reelvec("predict", "good").status == 0
    assert "no such folder" in reelvec("variants", "--project", "nowhere").err


def distance(one: str, other: str) -> int:
    """Edits between two words, the plain way."""
    table = {(0, column): column for column in range(len(other) + 1)}
    for row in range(1, len(one) + 1):
        table[row, 0] = row
        for column in range(1, len(other) + 1):
            same_letter = one[row - 1] == other[column - 1]
            table[row, column] = min(
                table[row - 1, column] + 1,
                table[row, column - 1] + 1,
                table[row - 1, column - 1] + (not same_letter),
            )
            swapped = one[row - 2 : row] == other[column - 2 : column][::-1]
            if row > 1 and column > 1 and swapped:
                table[row, column] = min(table[row, column], table[row - 2, column - 2] + 1)
    return table[len(one), len(other)]


LETTERS = st.text("abcé", max_size=10)


@given(LETTERS, st.lists(LETTERS.filter(bool), max_size=30, unique=True))
def test_the_closest_spellings_are_those_of_a_plain_loop(word: str, words: list[str]) -> None:
    allowed = 1 + (len(word) > 4) + (len(word) > 8)
    near = [other for other in words if word and distance(word, other) <= allowed]
    expected = sorted(near, key=lambda other: distance(word, other))[:5]
    assert closest_spellings(word, words) == expected


def test_very_long_words_have_no_close_spelling() -> None:
    assert closest_spellings("a" * 5000, WORDS) == []
