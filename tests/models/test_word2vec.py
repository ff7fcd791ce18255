"""Word vectors of our own: the same again, of the right words, and with parts for unknown ones."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.word_vectors import WordVectorsParams
from reelvec.models.first_layer import pretrained_embedding
from reelvec.models.word2vec import train_word_vectors
from reelvec.models.word_vectors import WordVectors, load_word_vectors
from reelvec.text.ragged import Ragged, offsets_from_lengths

TOKENS = ["<pad>", "<unk>", "film", "good", "bad", "plot", "rare"]
ALGORITHMS = ("word2vec", "fasttext")
SMALL = {"dimension": 6, "min_count": 2, "epochs": 2, "buckets": 50}


def reviews(seed: int = 1) -> Ragged:
    generator = np.random.default_rng(seed)
    lengths = generator.integers(0, 12, 60)
    ids = generator.integers(1, 6, lengths.sum()).astype(np.int32)
    ids[0] = 6
    return Ragged(ids, offsets_from_lengths(lengths))


def trained(**changes: object) -> WordVectors:
    params = WordVectorsParams(**{**SMALL, **changes})  # type: ignore[arg-type]
    return train_word_vectors(params, TOKENS, [reviews(1), reviews(2)])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("skip_gram", [True, False])
def test_frequent_words_have_vectors_and_unknown_ones_none(algorithm: str, skip_gram: bool) -> None:
    found = trained(algorithm=algorithm, skip_gram=skip_gram, min_count=3)
    assert sorted(found.words) == sorted(TOKENS[2:6])
    assert found.vectors.shape == (4, 6)
    assert found.vectors.dtype == np.float32
    assert (found.subwords is not None) == (algorithm == "fasttext")


def bytes_of_each_algorithm() -> str:
    return "".join(trained(algorithm=each).vectors.tobytes().hex() for each in ALGORITHMS)


@pytest.mark.slow
def test_the_same_reviews_give_the_same_bytes_whatever_pythons_hashes() -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import test_word2vec; "
        "print(test_word2vec.bytes_of_each_algorithm())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script, str(Path(__file__).parent)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_words_come_back_from_disk_with_their_parts(tmp_path: Path) -> None:
    found = trained(algorithm="fasttext")
    found.save(tmp_path / "vectors")
    again = load_word_vectors(tmp_path / "vectors")
    assert again.words == found.words
    assert (again.vectors == found.vectors).all()
    assert found.subwords is not None
    assert again.subwords is not None
    assert (again.subwords.of("filming") == found.subwords.of("filming")).all()


def test_parts_of_words_give_the_vectors_that_gensim_gives() -> None:
    from gensim.models import FastText

    sentences = [["film", "good"], ["bad", "plot"]] * 5
    model = FastText(sentences, vector_size=6, min_count=1, bucket=50, workers=1, epochs=1)
    from reelvec.models.word_vectors import Subwords

    parts = Subwords(model.wv.vectors_ngrams, model.wv.min_n, model.wv.max_n)
    for word in ("filmmaker", "goody", "ok"):
        np.testing.assert_allclose(parts.of(word), model.wv.get_vector(word), rtol=1e-5)


def test_missing_words_are_made_of_their_parts_or_say_why_not() -> None:
    vectors = trained(algorithm="fasttext", min_count=3)
    assert vectors.subwords is not None
    weight, missing = pretrained_embedding(TOKENS, vectors, "subword", 1)
    assert missing.tolist() == [False] * 6 + [True]
    assert (weight[6] == vectors.subwords.of("rare")).all()
    with pytest.raises(ReelvecError, match="algorithm: fasttext"):
        pretrained_embedding(TOKENS, trained(), "subword", 1)


def test_too_few_words_say_which_parameter() -> None:
    with pytest.raises(ReelvecError, match="min_count"):
        trained(min_count=1000)


def test_subsampling_leaves_out_occurrences_of_frequent_words() -> None:
    same, fewer = (trained(subsampling=share).vectors for share in (0.0, 0.01))
    assert not np.array_equal(same, fewer)
