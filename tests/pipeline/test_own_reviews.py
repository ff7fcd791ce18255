"""A person's own reviews, not of films and none unlabelled, from a CSV to report and answer."""

import csv
import json
import random
from pathlib import Path

import pytest
from benchmarks.small import small_workspace
from workspaces import NO_MLFLOW, PROJECT, change, succeed

GOODS = ("kettle", "lamp", "oven", "umbrella", "clock", "bottle", "basket", "razor")
PARTS = ("lever", "handle", "lights", "sound", "key", "glass")
KEPT = ("perfect", "beautiful", "good", "reliable", "excellent", "lovely")
SENT_BACK = ("broken", "bad", "useless", "cheap", "terrible", "scratched")
NAMES = ("refund", "keep")
LABELS = {"negative": "refund", "positive": "keep"}


def write_reviews(path: Path, count: int) -> None:
    """Short texts with commas, quotes and line breaks in their cells."""
    draw = random.Random(1)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("id", "text", "label", "shop"))
        for number in range(count):
            keep = draw.random() < 0.5
            praise, blame = draw.choice(KEPT), draw.choice(SENT_BACK)
            said, other = (praise, blame) if keep else (blame, praise)
            # The first word decides; one in five tells of both.
            besides = other if draw.random() < 0.2 else said
            text = (
                f"The {draw.choice(GOODS)} is {said}, and its {draw.choice(PARTS)} is\n"
                f'"{besides}", as my {draw.choice(("wife", "brother", "uncle"))} says.\n\n{said}!'
            )
            writer.writerow((f"order {number}", text, NAMES[keep], "north, south"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which the pipeline has run on such reviews."""
    workspace = tmp_path_factory.mktemp("shop") / "workspace"
    small_workspace(PROJECT, workspace)
    write_reviews(workspace / "orders.csv", 400)
    own = {"source": "orders.csv", "content_sha256": None, "tables": LABELS}
    change(workspace, {"imdb": own, "variants": {"scratch": {"epochs": 30, "batch_size": 16}}})
    stages = ("report", "visualize", "prepare_explorer")
    succeed(workspace, "reelvec", "repro", *stages, **NO_MLFLOW)
    succeed(workspace, "reelvec", "page")
    return workspace


def test_models_learn_and_answer_by_the_labels_that_the_reviews_have(shop: Path) -> None:
    texts = ("A perfect lamp, excellent sound.", "The oven is broken and useless.")
    for name in ("scratch", "tfidf_bigrams", "both"):
        answer = succeed(shop, "reelvec", "predict", "--variant", name, *texts)
        assert [line.split()[0] for line in answer.splitlines()] == ["keep", "refund"], name
        metrics = json.loads((shop / f"reports/metrics/evaluate/{name}.json").read_bytes())
        assert metrics["test_reviews"] == 80
        assert metrics["accuracy"] > 0.9, name


def test_reports_say_which_data_it_is_and_what_its_labels_are_called(shop: Path) -> None:
    line = (
        "OTHER DATA (not the official IMDb reviews): orders.csv: 320 training, 80 test and 0 "
        "unlabelled reviews, labelled refund or keep"
    )
    for name in ("comparison.md", "similarities.md", "lengths.md", "behaviour.md"):
        assert (shop / "reports" / name).read_text(encoding="utf-8").startswith(f"{line}\n")
    page = (shop / "reports/index.html").read_text(encoding="utf-8")
    assert line in page
    assert "learned from these reviews know" in page
    assert "calls keep with 80%, are 80% keep?" in page
    assert "in refund reviews" in page
    confusion = (shop / "reports/plots/confusion/average_glove.csv").read_text(encoding="utf-8")
    header, *rows = confusion.split()
    assert header == "actual,predicted"
    assert set(rows) == {f"{actual},{said}" for actual in NAMES for said in NAMES}
    mistakes = (shop / "reports/mistakes/average_glove.md").read_text(encoding="utf-8")
    assert "keep, taken for refund (P(keep) = 0." in mistakes
    assert "## 1. order " in mistakes
