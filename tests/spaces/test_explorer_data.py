"""What the explorer computes with: compared with gensim, bounded in size, the same each time."""

import base64
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.explorer import ExplorerParams
from reelvec.spaces import explorer_data as explorer
from reelvec.spaces.explorer_data import SCALE, explorer_data
from reelvec.spaces.keyed_vectors import keyed_vectors
from reelvec.text.dataset import Dataset
from reelvec.text.ragged import Ragged
from reelvec.text.vocabulary import Vocabulary

WORDS = [f"word{number}" for number in range(40)]
RANDOM = np.random.default_rng(3)
PARAMS = ExplorerParams(spaces=("first", "second"), words=30)


def make_space(words: list[str], dimension: int) -> KeyedVectors:
    return keyed_vectors(words, RANDOM.normal(size=(len(words), dimension)).astype(np.float32))


@pytest.fixture(scope="module")
def spaces() -> dict[str, KeyedVectors]:
    return {"first": make_space(WORDS, 8), "second": make_space(WORDS[::2], 5)}


@pytest.fixture(scope="module")
def training() -> tuple[Vocabulary, Dataset]:
    tokens = ["<pad>", "<unk>", *WORDS]
    counts = np.arange(len(tokens), 0, -1)
    vocabulary = Vocabulary(tokens, counts, counts)
    # word0 in a positive and a negative review, word1 in a positive one, the others in none.
    reviews = Ragged(np.array([2, 3, 2, 2], np.int32), np.array([0, 2, 4]))
    ids = np.array([1, 2], np.int32)
    return vocabulary, Dataset(reviews, np.array([1, 0], np.int8), ids)


def decoded(text: str, width: int) -> np.ndarray[Any, Any]:
    return np.frombuffer(base64.b64decode(text), "<i2").reshape(-1, width) / SCALE


def test_vectors_answer_as_gensim_does(
    spaces: dict[str, KeyedVectors], training: tuple[Vocabulary, Dataset]
) -> None:
    data = explorer_data(spaces, *training, PARAMS)
    assert data["words"] == WORDS[:30]
    for name, space in spaces.items():
        kept = data["spaces"][name]
        there = [word for at, word in enumerate(data["words"]) if at not in kept["missing"]]
        assert there == [word for word in WORDS[:30] if word in space]
        vectors = decoded(kept["vectors"], kept["dimension"])
        cosines = vectors @ vectors[1] - 2 * (np.arange(len(there)) == 1)
        expected = space.most_similar(there[1], topn=len(space))
        expected = [(word, cosine) for word, cosine in expected if word in there][:5]
        best = np.argsort(-cosines)[:5]
        assert [there[row] for row in best] == [word for word, _ in expected]
        np.testing.assert_allclose(cosines[best], [cosine for _, cosine in expected], atol=2e-4)


def test_colours_are_the_shares_of_positive_reviews(
    spaces: dict[str, KeyedVectors], training: tuple[Vocabulary, Dataset]
) -> None:
    data = explorer_data(spaces, *training, PARAMS)
    assert data["documents"][:3] == [2, 1, 0]
    assert data["positive"][:3] == [0.5, 1.0, None]


@pytest.mark.parametrize("projection", ["pca", "tsne"])
def test_a_map_fills_its_picture_and_is_the_same_each_time(
    spaces: dict[str, KeyedVectors], training: tuple[Vocabulary, Dataset], projection: Any
) -> None:
    params = PARAMS.model_copy(update={"projections": (projection,)})
    data = explorer_data(spaces, *training, params)
    assert data == explorer_data(spaces, *training, params)
    for space in data["spaces"].values():
        points = decoded(space["maps"][projection], 2)
        np.testing.assert_allclose(np.abs(points).max(axis=0), 1)


def test_a_page_with_large_vectors_has_fewer_words(
    spaces: dict[str, KeyedVectors],
    training: tuple[Vocabulary, Dataset],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(explorer, "MAX_BYTES", 400)
    data = explorer_data(spaces, *training, PARAMS)
    size = sum(len(space["vectors"]) for space in data["spaces"].values())
    assert 10 <= len(data["words"]) < 30
    assert size <= 400


def test_a_space_without_these_words_is_named(training: tuple[Vocabulary, Dataset]) -> None:
    spaces = {"first": make_space(WORDS, 4), "second": make_space(["other", "word0"], 4)}
    with pytest.raises(ReelvecError, match=r"explorer\.spaces: second has 1 of"):
        explorer_data(spaces, *training, PARAMS)
