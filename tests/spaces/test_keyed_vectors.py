"""Embedding spaces: what is in them, and that gensim cannot spoil them."""

import json
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from safetensors.numpy import save_file

from reelvec.base.errors import ReelvecError
from reelvec.spaces.keyed_vectors import keyed_vectors, load_space, unit_subspace

WORDS = ["good", "bad", "naïve", "film", "plot"]


def vectors_of(count: int, dimension: int = 4, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)


def write_model(project: Path, name: str, vocabulary: list[str], vectors: np.ndarray) -> None:
    folder = project / "data/models" / name
    folder.mkdir(parents=True)
    tensors = {"embedding.weight": vectors, "head.weight": np.ones((1, 4), np.float32)}
    save_file(tensors, folder / "model.safetensors")
    config = {"variant": name, "vocabulary": vocabulary, "dimension": vectors.shape[1]}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def write_glove(folder: Path, words: list[str], vectors: np.ndarray) -> None:
    folder.mkdir(parents=True)
    text = "".join(f"{word}\n" for word in words)
    (folder / "words.txt").write_text(text, encoding="utf-8")
    np.save(folder / "vectors.npy", vectors)


def test_a_variant_has_its_words_in_order_without_padding_and_unknown(tmp_path: Path) -> None:
    vectors = vectors_of(7)
    write_model(tmp_path, "scratch", ["<pad>", "<unk>", *WORDS], vectors)
    space = load_space("scratch", tmp_path)
    assert space.index_to_key == WORDS
    assert space.vectors.dtype == np.float32
    np.testing.assert_array_equal(space.vectors, vectors[2:])
    np.testing.assert_array_equal(space["naïve"], vectors[4])


def test_a_word_without_a_vector_is_not_in_the_space(tmp_path: Path) -> None:
    vectors = vectors_of(7)
    vectors[3] = 0  # "bad"
    write_model(tmp_path, "glove_frozen", ["<pad>", "<unk>", *WORDS], vectors)
    space = load_space("glove_frozen", tmp_path)
    assert space.index_to_key == ["good", "naïve", "film", "plot"]
    assert "bad" not in space
    np.testing.assert_array_equal(space["film"], vectors[5])


def test_glove_is_read_as_published(tmp_path: Path) -> None:
    vectors = vectors_of(5)
    write_glove(tmp_path / "data/raw/glove", WORDS, vectors)
    space = load_space("glove", tmp_path)
    assert space.index_to_key == WORDS
    np.testing.assert_array_equal(space.vectors, vectors)


def test_the_space_answers_like_one_that_gensim_filled_itself() -> None:
    vectors = vectors_of(5)
    reference = KeyedVectors(4)
    reference.add_vectors(WORDS, vectors)
    space = keyed_vectors(WORDS, vectors)
    assert space.most_similar("good") == reference.most_similar("good")
    assert space.similarity("film", "plot") == reference.similarity("film", "plot")
    assert space.rank("good", "plot") == reference.rank("good", "plot")
    assert len(space) == 5
    np.testing.assert_array_equal(space.get_normed_vectors(), reference.get_normed_vectors())


def test_words_can_still_be_added_to_the_space() -> None:
    space = keyed_vectors(WORDS, vectors_of(5))
    space.add_vectors(["music"], vectors_of(1, seed=9))
    np.testing.assert_array_equal(space["music"], vectors_of(1, seed=9)[0])
    np.testing.assert_array_equal(space["good"], vectors_of(5)[0])


def test_a_diverged_training_is_named_not_dropped() -> None:
    vectors = vectors_of(5)
    vectors[3, 1] = np.nan
    with pytest.raises(ReelvecError, match=r"'film' is not finite.*learning rate"):
        keyed_vectors(WORDS, vectors)


def test_a_word_that_occurs_twice_is_refused() -> None:
    with pytest.raises(ReelvecError, match="twice"):
        keyed_vectors(["good", "good"], vectors_of(2))


def test_a_model_not_yet_trained_says_how_to_train_it(tmp_path: Path) -> None:
    with pytest.raises(ReelvecError, match="dvc repro train@scratch"):
        load_space("scratch", tmp_path)


@pytest.mark.parametrize("damage", ["long vocabulary", "no reserved ids", "no tensor", "cut off"])
def test_model_files_that_do_not_fit_are_refused(tmp_path: Path, damage: str) -> None:
    words = ["<pad>", "<unk>", *WORDS]
    if damage == "long vocabulary":
        words = [*words, "one"]
    if damage == "no reserved ids":
        words = ["a", "b", *WORDS]
    write_model(tmp_path, "scratch", words, vectors_of(7))
    tensors = tmp_path / "data/models/scratch/model.safetensors"
    if damage == "no tensor":
        save_file({"head.weight": vectors_of(1)}, tensors)
    if damage == "cut off":
        tensors.write_bytes(tensors.read_bytes()[:-8])
    with pytest.raises(ReelvecError, match="dvc repro train@scratch"):
        load_space("scratch", tmp_path)


def test_a_unit_subspace_survives_gensims_similarity() -> None:
    # gensim's similarity() scales float64 vectors in place: [3, 4] becomes [0.6, 0.8].
    space = keyed_vectors(WORDS, vectors_of(5) * 7)
    before = space.vectors.copy()
    unit = unit_subspace(space, ["plot", "good"])
    expected = unit.vectors.copy()
    for _ in range(100):
        unit.similarity("plot", "good")
    np.testing.assert_allclose(unit.vectors, expected, rtol=1e-14)
    np.testing.assert_allclose(unit.norms, 1, rtol=1e-14)
    np.testing.assert_array_equal(space.vectors, before)
    assert unit.index_to_key == ["plot", "good"]
    assert unit.similarity("plot", "good") == pytest.approx(
        space.similarity("plot", "good"), abs=1e-6
    )


def test_a_subspace_may_be_empty() -> None:
    assert unit_subspace(keyed_vectors(WORDS, vectors_of(5)), []).vectors.shape == (0, 4)
