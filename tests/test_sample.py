"""The bundled sample: small, ours, the same on every machine, and neither trivial nor hopeless."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from reelvec.base.schema.whole import Params, load_params
from reelvec.cli.workspace import merge_params
from reelvec.fetch.glove import fetch_glove
from reelvec.fetch.imdb import Review, content_sha256, fetch_imdb, read_archive
from reelvec.models.word_vectors import load_word_vectors

REPOSITORY = Path(__file__).parents[1]
SAMPLE = REPOSITORY / "data/sample"
ARCHIVE = SAMPLE / "aclImdb_v1.tar.gz"


@pytest.fixture(scope="module")
def reviews() -> list[Review]:
    return read_archive(ARCHIVE)


@pytest.fixture(scope="module")
def params(tmp_path_factory: pytest.TempPathFactory) -> Params:
    """The shipped parameters with the sample's over them."""
    from ruamel.yaml import YAML

    path = tmp_path_factory.mktemp("params") / "params.yaml"
    path.write_bytes((REPOSITORY / "params.yaml").read_bytes())
    merge_params(path, YAML(typ="safe", pure=True).load(SAMPLE / "params.yaml"))
    return load_params(path)


def test_it_stays_below_two_megabytes() -> None:
    assert sum(path.stat().st_size for path in SAMPLE.iterdir() if path.is_file()) < 2_000_000


@pytest.mark.slow
def test_the_committed_reviews_are_what_the_script_makes_under_any_hash_seed(
    tmp_path: Path, reviews: list[Review]
) -> None:
    command = [sys.executable, str(SAMPLE / "make_sample.py"), str(tmp_path)]
    subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": "99"}, check=True)
    made = read_archive(tmp_path / ARCHIVE.name)
    assert content_sha256(made) == content_sha256(reviews)
    # The reviews to the byte. The vectors come from a decomposition, whose last digits may be
    # another machine's: there their words must be the same, and the rest nearly.
    here, there = (text_of(folder / "glove.sample.50d.txt.gz") for folder in (tmp_path, SAMPLE))
    assert [line.split()[0] for line in here] == [line.split()[0] for line in there]
    numbers = [np.array([line.split()[1:] for line in text], float) for text in (here, there)]
    np.testing.assert_allclose(*numbers, atol=0.01)


def text_of(path: Path) -> list[str]:
    import gzip

    return gzip.decompress(path.read_bytes()).decode().splitlines()


def test_parts_and_labels_are_laid_out_as_in_the_official_archive(reviews: list[Review]) -> None:
    counts = Counter((review.split, review.label) for review in reviews)
    assert counts == {
        ("train", 0): 1000,
        ("train", 1): 1000,
        ("test", 0): 500,
        ("test", 1): 500,
        ("unsup", None): 2000,
    }


def test_its_texts_have_what_makes_reviews_hard_to_read(reviews: list[Review]) -> None:
    text = "\n".join(review.text for review in reviews)
    for mark in ("<br />", "&amp;", "http://", "isn't", "é", "“", "!!!"):
        assert mark in text
    words = Counter(re.findall(r"[a-z]+", text.lower()))
    assert len(words) > 2_500
    assert sum(count == 1 for count in words.values()) > 20, "a long tail"
    lengths = [len(review.text.split()) for review in reviews]
    assert min(lengths) < 40 < 120 < max(lengths)


def test_it_can_be_learned_but_not_perfectly(reviews: list[Review]) -> None:
    train, test = (
        [review for review in reviews if review.split == split] for split in ("train", "test")
    )
    vectorizer = TfidfVectorizer()
    model = LogisticRegression(C=10, max_iter=500)
    model.fit(vectorizer.fit_transform([r.text for r in train]), [r.label for r in train])
    accuracy = model.score(vectorizer.transform([r.text for r in test]), [r.label for r in test])
    assert 0.80 < accuracy < 0.92


def test_it_goes_through_the_code_of_the_real_data_and_says_what_it_is(
    params: Params, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(REPOSITORY)
    metrics = fetch_imdb(params.imdb, tmp_path / "imdb.parquet")
    assert metrics["data"].startswith("SAMPLE DATA")
    assert metrics["source"] == "sample"
    assert metrics["duplicates_across"]["train_test"] == 3
    assert fetch_glove(params.glove, tmp_path / "glove")["source"] == "sample"
    glove = load_word_vectors(tmp_path / "glove")
    assert glove.vectors.shape == (len(glove.words), params.glove.dimension)
    assert {"good", "great", "king", "queen", "actor", "actress"} <= set(glove.words)
