"""What changed is run again, and nothing else."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workspaces import change, ran, run, succeed

TRAIN = {"train@scratch", "train@glove_frozen"}
EVALUATE = {"evaluate@scratch", "evaluate@glove_frozen", "evaluate_baselines"}
ENSEMBLES = {"train_ensembles", "evaluate_ensembles", "check_behaviour"}
OVER_VARIANTS = {*ENSEMBLES, "compare_variants", "visualize", "report"}


def stale_stages(workspace: Path) -> set[str]:
    return set(json.loads(succeed(workspace, "dvc", "status", "--json")))


def test_a_second_repro_runs_nothing(workspace: Path) -> None:
    before = (workspace / "dvc.lock").read_bytes()
    output = succeed(workspace, "dvc", "repro")
    assert ran(output) == []
    assert "up to date" in output
    assert (workspace / "dvc.lock").read_bytes() == before
    assert stale_stages(workspace) == set()


@pytest.mark.parametrize(
    ("section", "changes", "stale"),
    [
        ("imdb", {"source": "elsewhere"}, {"fetch_imdb", "report"}),
        ("glove", {"max_words": 9}, {"fetch_glove", "report"}),
        ("preprocess", {"html": False}, {"preprocess", "compare_similarities", "report"}),
        ("vocabulary", {"min_count": 5}, {"build_vocab", "prepare_plain", "report"}),
        ("plain", {"min_count": 5}, {"prepare_plain", "report"}),
        ("word_vectors", {"word2vec": {"epochs": 2}}, {"train_word_vectors@word2vec", "report"}),
        ("training", {"threads": 2}, {*TRAIN, "report"}),
        ("variants", {"scratch": {"dimension": 7}}, {"train@scratch", *OVER_VARIANTS}),
        ("variants", {"glove_frozen": {"hidden": 3}}, {"train@glove_frozen", *OVER_VARIANTS}),
        (
            "baselines",
            {"tfidf_bigrams": {"strength": 2.0}},
            {"train_baselines", "evaluate_baselines", "compare_variants", "report", *ENSEMBLES},
        ),
        (
            "evaluation",
            {"mistakes": 3},
            {*EVALUATE, "evaluate_ensembles", "check_behaviour", "compare_variants", "report"},
        ),
        (
            "ensembles",
            {"both": {"members": ["scratch", "glove_frozen"]}},
            {*ENSEMBLES, "compare_variants", "report"},
        ),
        ("similarities", {"neighbors": 3}, {"compare_similarities", "report"}),
        ("visualization", {"labels": 9}, {"visualize", "report"}),
        ("export", {"glove_words": 9}, {"export", "report"}),
        ("explorer", {"words": 9}, {"prepare_explorer", "report"}),
        ("tracking", {"experiment": "other"}, {"report"}),
    ],
)
def test_a_parameter_reruns_what_reads_it_alone(
    workspace: Path, section: str, changes: dict[str, Any], stale: set[str]
) -> None:
    change(workspace, {section: changes})
    assert stale_stages(workspace) == stale


@pytest.mark.parametrize(
    ("module", "stale"),
    [
        ("optimizer", TRAIN),
        ("figures", {"visualize", "report"}),
        ("explorer", {"prepare_explorer"}),
        ("report_template", {"report"}),
        ("cli", set()),
    ],
)
def test_code_reruns_what_imports_it_alone(workspace: Path, module: str, stale: set[str]) -> None:
    with (workspace / f"src/reelvec/{module}.py").open("a", encoding="utf-8") as stream:
        stream.write("# A change.\n")
    assert stale_stages(workspace) == stale


def test_check_lock_names_what_a_changed_parameter_makes_stale(workspace: Path) -> None:
    assert "dvc.lock matches" in succeed(workspace, "reelvec", "check-lock")
    change(workspace, {"variants": {"scratch": {"dimension": 7}}})
    done = run(workspace, "reelvec", "check-lock")
    assert done.returncode == 1
    *stale, summary = done.stdout.splitlines()
    reason = "params variants.scratch.dimension is 7, in dvc.lock 100"
    assert f"train@scratch: {reason}" in stale
    assert {line.partition(":")[0] for line in stale} == {"train@scratch", *OVER_VARIANTS}
    assert summary == "7 stale: run `make repro` and commit dvc.lock"


def test_check_lock_passes_on_a_clone_without_the_data(
    checkout: Path, tmp_path: Path, git: Callable[..., str]
) -> None:
    clone = tmp_path / "clone"
    git(checkout, "clone", "--quiet", str(checkout), str(clone))
    assert not (clone / "data/raw").exists()
    assert "dvc.lock matches" in succeed(clone, "reelvec", "check-lock")
    assert git(clone, "status", "--porcelain") == ""


def test_mlflow_has_every_variant_once_after_a_repro(workspace: Path) -> None:
    output = succeed(workspace, "reelvec", "track")
    assert output.splitlines() == ["scratch: already there", "glove_frozen: already there"]
