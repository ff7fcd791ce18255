"""params.yaml is checked before anything runs, in one line that says what is wrong."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.whole import check_whole, load_params

SHIPPED = Path(__file__).parents[2] / "params.yaml"


@pytest.fixture
def raw() -> dict[str, Any]:
    return dict(YAML(typ="safe", pure=True).load(SHIPPED.read_text(encoding="utf-8")))


LAUGHS = b"a0: &a0 [%s]\n" % b",".join([b"ha"] * 9) + b"".join(
    b"a%d: &a%d [%s]\n" % (depth, depth, b",".join([b"*a%d" % (depth - 1)] * 9))
    for depth in range(1, 12)
)
"""Twelve lines that stand for hundreds of gigabytes."""


def put(raw: dict[str, Any], key: str, value: object) -> None:
    *sections, last = key.split(".")
    for section in sections:
        raw = raw[section]
    raw[last] = value


def complaint(raw: dict[str, Any]) -> str:
    with pytest.raises(ReelvecError) as caught:
        check_whole(raw)
    return str(caught.value)


def test_the_shipped_parameters_are_valid() -> None:
    params = load_params(SHIPPED)
    assert {"scratch", "glove_frozen", "glove_finetuned"} <= set(params.variants)
    assert params.vocabulary.seed == 123
    assert "no" in params.preprocess.keep, "YAML 1.1 would have read false"


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("variants.scratch.dimensions", 5, "is not a parameter; choose"),
        ("variants.scratch.dimensions", 5, "did you mean 'dimension'?"),
        ("vocabulary.max_size", "many", "'many' was given, it must be a whole number"),
        ("vocabulary.max_size", 0, "0 was given, it must be 1 or more"),
        ("vocabulary.validation_fraction", 1.0, "1.0 was given, it must be less than 1"),
        ("vocabulary.seed", True, "True was given, it must be a whole number"),
        ("preprocess.lemmatize", "yes", "'yes' was given, it must be true or false"),
        ("preprocess.keep", "not", "'not' was given, it must be a list, such as [a, b]"),
        ("preprocess.stopwords", "sklearn", "choose none, scikit-learn or gensim"),
        (
            "variants.scratch.encoder",
            "men",
            "not an encoder; choose mean, sqrtn, max, mean_max",
        ),
        ("variants.scratch.encoder", "men", "did you mean 'mean'?"),
        ("variants.scratch.dropout", 1, "1 was given, it must be less than 1"),
        ("variants.scratch.learning_rate", -0.1, "-0.1 was given, it must be greater than 0"),
        ("variants.scratch.dimension", None, "a random embedding needs a `dimension`"),
        ("variants.glove_frozen.dimension", 50, "set `glove.dimension` or"),
        ("imdb.content_sha256", "abc", "'abc' was given, it must match"),
        ("imdb.content_sha256", None, "'official' stands alone, and has a content_sha256"),
        ("imdb.source", ["official", "r.csv"], "'official' stands alone"),
        ("imdb.source", [], "[] was given, it must have at least 1 entries"),
        ("imdb.tables", {"positve": "keep"}, "did you mean 'positive'?"),
        ("imdb.tables", {"positive": 1, "negative": 1.0}, "positive and negative are both '1'"),
        ("imdb.tables", {"positive": "a\nb"}, "does not fit in a line"),
        ("imdb.tables", {"positive": ["a"]}, "['a'] was given, it must be text"),
        ("imdb.tables", {"splits": {"dev": "valid"}}, "is not a parameter; choose train, test or"),
        ("training.device", "gpu", "choose auto, cpu or cuda"),
        ("training", 3, "3 was given, it must be a section"),
    ],
)
def test_a_wrong_value_is_named_with_its_key_and_what_is_allowed(
    raw: dict[str, Any], key: str, value: object, expected: str
) -> None:
    put(raw, key, value)
    line = complaint(raw)
    assert "\n" not in line
    assert expected in line
    whole = ("needs", "`glove", "stands alone")
    section = key.rpartition(".")[0] if any(each in expected for each in whole) else key
    assert line.startswith(f"params.yaml: {section}")


@pytest.mark.parametrize(
    "key", ["similarities.spaces", "visualization.spaces", "export.spaces", "export.models"]
)
def test_an_unknown_space_or_model_is_refused_with_the_known_ones(
    raw: dict[str, Any], key: str
) -> None:
    put(raw, key, ["scrach"])
    line = complaint(raw)
    assert line.startswith(f"params.yaml: {key}: 'scrach' is not known; choose scratch")
    assert line.endswith("(did you mean 'scratch'?)")


def test_names_of_variants_are_fit_for_files_and_not_taken(raw: dict[str, Any]) -> None:
    raw["variants"]["glove"] = raw["variants"]["scratch"]
    assert "variants.glove: this name means the vectors themselves" in complaint(raw)
    del raw["variants"]["glove"]
    raw["variants"]["../up"] = raw["variants"]["scratch"]
    assert "../up" in complaint(raw)


def test_every_problem_has_a_line_of_its_own(raw: dict[str, Any]) -> None:
    put(raw, "vocabulary.min_count", 0)
    del raw["glove"]["content_sha256"]
    assert len(complaint(raw).splitlines()) == 2
    assert "params.yaml: glove.content_sha256: is missing" in complaint(raw)


def test_an_unknown_variant_is_refused_with_a_suggestion() -> None:
    with pytest.raises(ReelvecError, match="did you mean 'scratch'"):
        load_params(SHIPPED).variant("scrath")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"imdb: [", "not YAML"),
        (b"imdb:\n  source: a\n  source: b\n", "not YAML"),
        (b"\xff\xfe", "not UTF-8 (byte 0)"),
        (b"", "expected sections"),
        (b"- a\n- b\n", "expected sections"),
        (b"a: 2001-02-30\n", "a value cannot be read: 'day is out of range"),
        (b"a: %s\n" % (b"9" * 5_000), "a value cannot be read: 'Exceeds the limit"),
        (b"[" * 1_000, "a value cannot be read: 'maximum recursion depth"),
        (b"a: &a [*a]\n", "cannot be parameters: 'Circular reference"),
        (b"? [1]\n: 2\n", "cannot be parameters: 'keys must be"),
        (b'a: "\\ud800"\n', "cannot be parameters: \"'utf-8' codec can't encode"),
        (LAUGHS, "its aliases (`*name`) stand for too much"),
    ],
    ids=lambda value: str(value[:20]),
)
def test_a_file_that_is_no_parameter_file_is_one_line(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    path = tmp_path / "params.yaml"
    path.write_bytes(content)
    with pytest.raises(ReelvecError) as caught:
        load_params(path)
    assert str(caught.value).startswith((f"{path}: ", f"{path.name}: "))
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_says_where_to_run() -> None:
    with pytest.raises(ReelvecError, match="run this from the project's folder"):
        load_params(Path("nowhere/params.yaml"))


def test_numbers_mean_what_dvc_takes_them_for(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    text = SHIPPED.read_text(encoding="utf-8").replace(
        "learning_rate: 0.002", "learning_rate: 2e-3"
    )
    path.write_text(text, encoding="utf-8")
    assert load_params(path).variants["scratch"].learning_rate == 0.002
