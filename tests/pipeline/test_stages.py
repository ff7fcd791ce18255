"""Each stage needs what dvc.yaml says, reads what it says, and makes what it says.

It makes the same bytes in whatever surroundings: what all of them made side by side in one folder,
each makes by itself in another.
"""

import shlex
from pathlib import Path
from typing import Any

import pytest
from benchmarks.small import VARIANTS
from imports import undeclared_and_unused
from ruamel.yaml import YAML
from workspaces import (
    NO_MLFLOW,
    OTHER_SURROUNDINGS,
    PROJECT,
    exempt,
    files,
    isolate,
    lock_of,
    paths,
    succeed,
)

from reelvec.base.schema.whole import check_whole, load_params

ENTRIES = {"${variants}": VARIANTS, "${word_vectors}": ["word2vec"]}
STAGES = [
    f"{name}@{variant}" if variant else name
    for name, stage in YAML(typ="safe", pure=True).load(PROJECT / "dvc.yaml")["stages"].items()
    for variant in ENTRIES.get(stage.get("foreach"), [""])
]

PLAIN: dict[str, Any] = {
    **dict.fromkeys(("line_breaks", "html", "urls", "lowercase", "fold_accents"), False),
    **dict.fromkeys(("contractions", "lemmatize"), False),
    "punctuation": "keep",
    "stopwords": "none",
}
# Another value for every parameter: what a stage may find where it declares nothing.
OTHER: dict[str, Any] = {
    "imdb": {"source": "nowhere", "content_sha256": "0" * 64, "tables": {"seed": 9}},
    "glove": {"source": "nowhere", "dimension": 3, "max_words": 1, "content_sha256": "0" * 64},
    "preprocess": PLAIN,
    "plain": {"preprocess": PLAIN, "max_size": 9, "min_count": 9},
    "word_vectors": {"word2vec": {"algorithm": "fasttext", "dimension": 3, "epochs": 9}},
    "vocabulary": {"max_size": 9, "min_count": 9, "validation_fraction": 0.5, "seed": 9},
    "training": {"device": "cpu", "threads": 2},
    "variants": {
        "glove_frozen": {"dimension": 3, "encoder": "max"},
        "scratch": {"embedding": "glove", "encoder": "max", "teaches": True},
    },
    "explorer": {"spaces": ["scratch"], "words": 9, "projections": ["tsne"], "seed": 9},
    "students": {"pupil": {"teachers": ["scratch"], "dimension": 3}},
    "ensembles": {"sum": {"members": ["scratch", "glove_frozen"]}},
    "baselines": {"another": {"weighting": "binary"}},
    "evaluation": {"confidence": 0.5, "calibration_bins": 2, "mistakes": 1},
    "similarities": {
        "spaces": ["glove"],
        "neighbors": 1,
        "restrict": 9,
        "probe_words": ["film"],
        "pairs": [["film", "plot"]],
        "analogies": [],
        "positive_words": ["good", "fun"],
        "negative_words": ["bad", "dull"],
    },
    "visualization": {"words": 11, "labels": 1, "spaces": ["glove"], "min_document_count": 1},
    "export": {"spaces": ["scratch"], "models": ["glove_frozen"], "glove_words": 1},
    "serving": {"max_reviews": 1, "max_characters": 1},
    "tracking": {"experiment": "another", "model": True},
}


def test_no_stage_is_left_out_of_these_tests(finished: Path) -> None:
    assert sorted(lock_of(finished)) == sorted(STAGES)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_declares_the_code_that_it_imports(finished: Path, stage: str) -> None:
    entry = lock_of(finished)[stage]
    declared = [path for path in paths(entry["deps"]) if path.startswith(("src/", "stages"))]
    script = PROJECT / shlex.split(entry["cmd"])[1]
    places, package = [PROJECT / path for path in declared], PROJECT / "src/reelvec"
    undeclared, unused = undeclared_and_unused(script, places, [package], exempt(PROJECT, stage))
    assert undeclared <= {PROJECT / "src/reelvec/__init__.py"}
    assert unused == set()


def test_the_other_parameters_differ_in_every_value(finished: Path) -> None:
    used, other = load_params(finished / "params.yaml").model_dump(), check_whole(OTHER)
    same = [
        f"{section}.{key}"
        for section, values in other.model_dump().items()
        for key, value in values.items()
        if value == used[section].get(key)
    ]
    assert same == ["training.device"], "no other device is on every machine"


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_makes_the_same_anywhere_from_nothing_but_what_it_declares(
    finished: Path, tmp_path: Path, stage: str
) -> None:
    folder = tmp_path / "another folder, with spaces"
    entry = isolate(finished, folder, stage)
    declared = list(entry.get("params", {}).get("params.yaml", {}))
    write_params(finished / "params.yaml", declared, folder / "params.yaml")
    inputs = files(folder)
    succeed(folder, *shlex.split(entry["cmd"]), **OTHER_SURROUNDINGS, **NO_MLFLOW)

    made = {name: data for name, data in files(folder).items() if inputs.get(name) != data}
    expected = files(finished, *paths(entry["outs"]))
    assert list(made) == list(expected)
    assert [name for name, data in made.items() if data != expected[name]] == []


def write_params(source: Path, declared: list[str], target: Path) -> None:
    """Write parameters that have their true value if they are declared, else another one."""
    yaml = YAML()
    true, params = yaml.load(source), yaml.load(source)
    params.update(OTHER, variants=dict(OTHER["variants"]))
    for key in declared:
        section, _, entry = key.partition(".")
        if entry:
            params[section][entry] = true[section][entry]
        else:
            params[section] = true[section]
    yaml.dump(params, target)
