"""What people look at says which data it is from, and holds together."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from dvc.repo import Repo
from workspaces import files

COMMIT = r"commit [0-9a-f]+ of [0-9-]+(?: with changes)?"
SURROUNDINGS = re.compile(f"(?:{COMMIT}|code outside git), data fetched [0-9-]+")


def test_every_report_says_first_that_the_data_are_a_sample(finished: Path) -> None:
    reports = finished / "reports"
    texts = {path.relative_to(reports).as_posix(): path for path in reports.rglob("*.md")}
    assert sorted(texts) == [
        "behaviour.md",
        "comparison.md",
        "lengths.md",
        "mistakes/average_glove.md",
        "mistakes/both.md",
        "mistakes/glove_frozen.md",
        "mistakes/scratch.md",
        "mistakes/student.md",
        "mistakes/tfidf_bigrams.md",
        "similarities.md",
    ]
    first = {name: path.read_text(encoding="utf-8").splitlines()[0] for name, path in texts.items()}
    assert [name for name, line in first.items() if not line.startswith("SAMPLE DATA")] == []
    metrics = json.loads((reports / "metrics/imdb.json").read_text(encoding="utf-8"))
    assert next(iter(metrics)) == "data"
    assert metrics["data"].startswith("SAMPLE DATA")


def test_the_page_says_first_that_the_data_are_a_sample_and_shows_every_variant(
    finished: Path,
) -> None:
    page = (finished / "reports/index.html").read_text(encoding="utf-8")
    visible = re.sub(r"<[^>]*>", "", page.partition("<body>")[2]).strip()
    assert visible.startswith("SAMPLE DATA")
    assert re.search(r"<title>SAMPLE DATA", page)
    for name in ("scratch", "glove_frozen"):
        accuracy = json.loads((finished / f"reports/metrics/evaluate/{name}.json").read_bytes())
        assert f"{accuracy['accuracy']:.2%}" in visible


def test_the_page_is_one_file(finished: Path) -> None:
    page = (finished / "reports/index.html").read_text(encoding="utf-8")
    shown = set(re.findall(r'(?:src|href)="([^"#][^"]*)"', page))
    assert len(shown) == 7
    assert [address for address in shown if not address.startswith("data:image/")] == []
    assert SURROUNDINGS.search(page), "the commit and the day"
    told = (finished / "data/report.json").read_text(encoding="utf-8")
    assert not SURROUNDINGS.search(told), "they may not enter what DVC holds"


def test_git_holds_the_small_results_and_none_of_the_data(
    checkout: Path, git: Callable[..., str]
) -> None:
    with Repo(str(checkout)) as repo:
        small = [out.def_path for out in repo.index.outs if not out.use_cache]
    assert "data/tracked.json" in small, "the receipt, which a clone must not have"
    small.remove("data/tracked.json")
    tracked = git(checkout, "ls-files", "data", "reports").splitlines()
    written = ["data/behaviour.csv", "data/judgements.csv"]
    written += [f"data/word_vectors/{name}" for name in ("glove", "naive_bayes", "random")]
    assert sorted(tracked) == sorted(files(checkout, *small, "data/sample", *written))
    assert git(checkout, "ls-files", "mlflow.db*", "mlartifacts", ".dvc/cache") == ""
