"""Predictions at the keyboard: the model's own, from every source of reviews."""

import json
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_project import BASELINE, ENSEMBLE, CommandLine

from reelvec.base import executor
from reelvec.base.errors import ReelvecError
from reelvec.cli import answers, review_files
from reelvec.cli.review_files import ParquetReviews, read_review_file
from reelvec.evaluation import predictions
from reelvec.evaluation.explain import contributions
from reelvec.models import load
from reelvec.models.load import load_model
from reelvec.models.logits import label_of, probabilities_of
from reelvec.models.model import Model
from reelvec.models.predictor import Predictor

REVIEWS = ["A wonderful film.", "Dull, a waste of time!", "", "xyz", 'One,\ntwo \u2028 "good" déjà']
ONE_LINE = [text.replace("\n", " ") for text in REVIEWS]


def model(name: str = "gru") -> Predictor:
    return Predictor.load(Path("data/models") / name)


def found(reelvec: CommandLine, *arguments: str, piped: bytes | None = None) -> list[float]:
    answer = reelvec("predict", "--json", *arguments, piped=piped)
    assert (answer.status, answer.err) == (0, "")
    return [json.loads(line)["probability"] for line in answer.lines]


def expected(texts: Sequence[str], name: str = "gru") -> list[float]:
    return [pytest.approx(value, abs=1e-6) for value in probabilities_of(model(name).logits(texts))]


def test_a_text_gets_a_label_a_probability_and_its_start(reelvec: CommandLine) -> None:
    long = "A wonderful film. " * 20
    status, out, err = reelvec("predict", REVIEWS[0], long, "--variant", "scratch")
    probability, _ = probabilities_of(model("scratch").logits(REVIEWS[:2]))
    label = "positive" if probability > 0.5 else "negative"
    first, second = out.splitlines()
    assert (status, err, first) == (0, "", f"{label}  {probability:.3f}  A wonderful film.")
    assert second.endswith("…")
    assert len(second) == 80


def test_a_review_cannot_command_the_terminal(reelvec: CommandLine) -> None:
    out = reelvec("predict", "\x1b[2Jgood\tfilm 👩‍👧\x07\u202e").out
    assert out.endswith(r"  \x1b[2Jgood film 👩‍👧\x07\u202e" "\n")


def test_the_best_model_on_validation_predicts_and_is_named(reelvec: CommandLine) -> None:
    status, _, err = reelvec("predict", "good")
    assert (status, err) == (0, "gru, the best model on the validation reviews:\n")
    assert found(reelvec, "good", "bad") == expected(["good", "bad"], "gru")


@pytest.mark.parametrize("name", [BASELINE, ENSEMBLE])
def test_baselines_and_ensembles_predict_and_explain_like_variants(
    reelvec: CommandLine, name: str
) -> None:
    expected = probabilities_of(load_model(name).logits(REVIEWS)).tolist()
    assert found(reelvec, *REVIEWS, "--variant", name) == pytest.approx(expected)
    explained = reelvec("predict", "--explain", "--variant", name, "A wonderful film.").lines
    assert len(explained) == 2
    assert {"wonderful", "film"} <= set(explained[1].replace(",", " ").split())
    answer = reelvec("predict", "good", "--variant", name)
    assert (answer.status, answer.err) == (0, ""), "it was asked for, so it need not be named"


def test_an_ensemble_that_is_best_on_validation_predicts_by_default(
    reelvec: CommandLine, tmp_path: Path
) -> None:
    root = Path(shutil.copytree(Path(), tmp_path / "copy"))
    metrics = root / "reports/metrics/train_ensembles.json"
    metrics.write_text('{"best": {"valid_accuracy": 0.95}}')
    answer = reelvec("predict", "good", "--project", str(root))
    assert answer.err == "best, the best model on the validation reviews:\n"


def test_every_source_gives_the_same_predictions(reelvec: CommandLine, tmp_path: Path) -> None:
    table = pd.DataFrame({"id": range(len(REVIEWS)), "text": REVIEWS, "naïve": REVIEWS[::-1]})
    table.to_csv(tmp_path / "reviews.csv", index=False)
    table.to_csv(tmp_path / "reviews.TSV", index=False, sep="\t")
    table.to_parquet(tmp_path / "reviews.parquet")
    (tmp_path / "reviews.txt").write_text("\n".join(ONE_LINE), encoding="utf-8", newline="\n")
    windows = "\ufeff" + "".join(f"{line}\r\n" for line in ONE_LINE)
    (tmp_path / "windows").write_bytes(windows.encode())
    sought = expected(REVIEWS)
    for name in ("reviews.csv", "reviews.TSV", "reviews.parquet", "reviews.txt", "windows"):
        assert found(reelvec, "--file", str(tmp_path / name)) == sought, name
    for name in ("reviews.csv", "reviews.parquet"):
        path = str(tmp_path / name)
        assert found(reelvec, "--file", path, "--column", "naïve") == sought[::-1]
    piped = (tmp_path / "reviews.txt").read_bytes()
    assert found(reelvec, piped=piped) == found(reelvec, "-", piped=piped) == sought
    assert found(reelvec, *REVIEWS) == sought


def test_blocks_give_what_all_at_once_gives(
    reelvec: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "REVIEWS_AT_ONCE", 2)
    assert found(reelvec, *REVIEWS) == expected(REVIEWS)


def test_blocks_are_answered_in_their_order_and_few_are_read_ahead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(answers, "THREADS", 3)
    read = list[int]()

    def answer(_: None, block: list[str], __: None) -> answers.Answer:
        time.sleep(0.01 * (int(block[0]) % 3 == 0))  # some take longer than those behind them
        return answers.Answer([float(block[0])], None)

    def blocks() -> Iterator[list[str]]:
        for number in range(20):
            read.append(number)
            yield [str(number)]

    monkeypatch.setattr(answers, "answer_to", answer)
    given = answers.answers_side_by_side(None, blocks(), None)  # type: ignore[arg-type]
    assert next(given).probabilities == [0.0]
    assert len(read) <= 3 + 1
    assert [each.probabilities for each in given] == [[float(n)] for n in range(1, 20)]
    assert read == [*range(20)]

    def broken() -> Iterator[list[str]]:
        yield from (["1"], ["2"])
        raise ReelvecError("damaged")

    given = answers.answers_side_by_side(None, broken(), None)  # type: ignore[arg-type]
    assert [next(given).probabilities for _ in range(2)] == [[1.0], [2.0]]
    with pytest.raises(ReelvecError, match="damaged"):
        next(given)


@pytest.mark.parametrize(
    ("errors_seen", "answers_seen", "shown"),
    [(True, False, True), (True, True, False), (False, False, False)],
)
def test_a_bar_is_drawn_on_a_terminal_while_the_answers_go_elsewhere(
    reelvec: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    errors_seen: bool,
    answers_seen: bool,
    shown: bool,
) -> None:
    monkeypatch.setattr(answers, "REVIEWS_AT_ONCE", 2)
    monkeypatch.setattr("sys.stderr.isatty", lambda: errors_seen)
    monkeypatch.setattr("sys.stdout.isatty", lambda: answers_seen)
    assert ("5/5" in reelvec("predict", *REVIEWS).err) == shown


def test_missing_values_are_empty_reviews_and_no_rows_no_predictions(
    reelvec: CommandLine, tmp_path: Path
) -> None:
    path = tmp_path / "reviews.parquet"
    pd.DataFrame({"text": ["good", None]}).to_parquet(path)
    assert found(reelvec, "--file", str(path)) == expected(["good", ""])
    (tmp_path / "empty.txt").touch()
    assert found(reelvec, "--file", str(tmp_path / "empty.txt")) == []
    (tmp_path / "header.csv").write_text("text,id\n")
    assert found(reelvec, "--file", str(tmp_path / "header.csv")) == []


def test_json_has_the_whole_text_in_utf_8(reelvec: CommandLine) -> None:
    answer = json.loads(reelvec("predict", "--json", REVIEWS[4]).out)
    assert list(answer) == ["label", "probability", "text"]
    assert answer["text"] == REVIEWS[4]


@pytest.mark.parametrize("variant", ["gru", "scratch", "frozen"])
def test_the_words_that_decided_are_shown(reelvec: CommandLine, variant: str) -> None:
    texts = ["A wonderful film, wonderful actors", ""]
    arguments = ["predict", "--explain", "--variant", variant, *texts]
    explained, nothing = contributions(model(variant), texts)
    lines = reelvec(*arguments).lines
    most = explained[0]
    times = " ×2" if most.count == 2 else ""
    assert lines[1].startswith(f"    {most.words}{times} {most.logit:+.2f}, ")
    assert nothing == []
    assert lines[3] == "    no word that the model knows"
    answers = [json.loads(line) for line in reelvec(*arguments, "--json", "--words", "2").lines]
    assert [word["words"] for word in answers[0]["words"]] == [one.words for one in explained[:2]]
    assert answers[0]["words"][0]["logit"] == pytest.approx(most.logit, abs=1e-6)
    assert answers[1]["words"] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--file", "nowhere.csv"], "nowhere.csv: no such file"),
        (["--file", "reviews.csv"], "no column 'text' (did you mean 'texts'?); there are texts, n"),
        (["--file", "reviews.parquet", "--column", "m"], "no column 'm'; there are texts, n: name"),
        (["--file", "damaged.parquet"], "damaged.parquet: cannot be read as parquet"),
        (["--file", "damaged.csv"], "damaged.csv: cannot be read as csv"),
        (["--file", "latin.txt"], "latin.txt, line 2: not UTF-8"),
        (["--file", "latin.txt", "--column", "text"], "--column is for .csv, .tsv and .parquet"),
        (["--file", "reviews.csv", "good"], "either TEXT or --file"),
        (["--column", "text", "good"], "--column belongs to --file"),
        (["reviews.csv"], "reviews.csv is a file: `--file reviews.csv` reads it"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(
    reelvec: CommandLine, arguments: list[str], message: str
) -> None:
    table = pd.DataFrame({"texts": ["good"], "n": [1]})
    table.to_csv("reviews.csv", index=False)
    table.to_parquet("reviews.parquet")
    Path("damaged.parquet").write_bytes(b"PAR1")
    Path("damaged.csv").write_text("text,id\ngood,1\nbad,2,3\n")
    Path("latin.txt").write_bytes("good\ndéjà\n".encode("latin-1"))
    answer = reelvec("predict", *arguments)
    assert (answer.status, answer.out) == (1, "")
    assert message in answer.err
    assert answer.err.startswith("error: ")
    assert answer.err.count("\n") == 1


def test_a_terminal_without_a_review_is_told_what_to_give(
    reelvec: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    answer = reelvec("predict")
    assert answer.status == 1
    assert "give a TEXT, a --file, or pipe reviews in" in answer.err


def test_a_column_of_numbers_is_read_as_text(tmp_path: Path) -> None:
    path = tmp_path / "numbers.parquet"
    pd.DataFrame({"text": [10, 7]}).to_parquet(path)
    assert list(read_review_file(path)) == [["10", "7"]]


def test_parquet_is_read_and_answered_some_rows_at_a_time(
    reelvec: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_files, "ROWS_AT_ONCE", 2)
    pd.DataFrame({"text": REVIEWS}).to_parquet(tmp_path / "r.parquet", row_group_size=3)
    read = [len(texts) for texts in read_review_file(tmp_path / "r.parquet")]
    assert read == [2, 1, 2]
    assert found(reelvec, "--file", str(tmp_path / "r.parquet")) == expected(REVIEWS)


def test_a_process_loads_the_model_once_for_all_row_groups_of_a_command(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    monkeypatch.setattr(executor, "THREADS", 4)
    loaded = list[Path]()

    def slowly(folder: Path) -> Model:
        loaded.append(folder)
        time.sleep(0.05)
        return Predictor.load(folder)

    monkeypatch.setattr(load, "read_model", slowly)
    pd.DataFrame({"text": REVIEWS}).to_parquet(tmp_path / "r.parquet", row_group_size=1)
    reviews = read_review_file(tmp_path / "r.parquet")
    assert isinstance(reviews, ParquetReviews)
    folder = project / "data/models/scratch"
    answered = [list(answers.answers_of_workers(folder, reviews, None)) for _ in range(2)]
    assert loaded == [folder] * 2, "by the next command the model may be another"
    assert [each.probabilities for each in answered[0]] == [
        [one] for one in expected(REVIEWS, "scratch")
    ]
    assert answered[0] == answered[1]


def test_the_label_is_that_of_the_test_results() -> None:
    probabilities = [0.0, 0.5, np.nextafter(0.5, 1), 1.0]
    labels = np.zeros(4, np.int8)
    tested = predictions.Predictions(np.arange(4, dtype=np.int32), labels, np.array(probabilities))
    assert [label_of(each) == "positive" for each in probabilities] == tested.predicted.tolist()
