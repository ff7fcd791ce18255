"""A workspace in which the whole pipeline takes seconds: the sample, with few small models."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from reelvec.cli.demo import SAMPLE_PARAMS
from reelvec.cli.workspace import make_workspace, merge_params

VARIANTS = ("scratch", "glove_frozen")
BASELINES = ("average_glove", "tfidf_bigrams")
TEACHERS = ("scratch", "tfidf_bigrams")
SMALL: dict[str, Any] = {
    "variants": {name: {"epochs": 2, "teaches": name == TEACHERS[0]} for name in VARIANTS},
    "baselines": {TEACHERS[1]: {"teaches": True}},
    "similarities": {"spaces": ["scratch", "glove"]},
    "export": {"spaces": list(VARIANTS), "models": ["scratch"]},
    "explorer": {"spaces": [*VARIANTS, "glove"]},
    "word_vectors": {"word2vec": {"epochs": 1, "dimension": 8}},
    "students": {"student": {"teachers": list(TEACHERS), "ngrams": 2, "epochs": 2}},
    "ensembles": {"both": {"members": list(TEACHERS)}},
    "tracking": {"model": False},
}


def small_workspace(project: Path, workspace: Path) -> None:
    """Make one of a project: two variants of two epochs, two baselines, a student, an ensemble."""
    make_workspace(project, workspace, [project / SAMPLE_PARAMS])
    params = workspace / "params.yaml"
    merge_params(params, SMALL)
    keep(params, "variants", *VARIANTS)
    keep(params, "baselines", *BASELINES)
    keep(params, "ensembles", "both")


def keep(params: Path, section: str, *kept: str) -> None:
    """Remove all entries but these from a section of a params.yaml."""
    yaml = YAML()
    content = entries = yaml.load(params)
    for key in section.split("."):
        entries = entries[key]
    for name in [name for name in entries if name not in kept]:
        del entries[name]
    yaml.dump(content, params)
