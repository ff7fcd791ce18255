"""Which tokens get an id, from which reviews, and what the ids mean."""

from collections import Counter
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memory import bytes_taken
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.vocabulary import VocabularyParams
from reelvec.text import ragged
from reelvec.text.columns import Corpus, tokenize
from reelvec.text.dataset import Dataset
from reelvec.text.parts import (
    coverage_of_parts,
    encode_parts,
    split_by_film,
    split_file,
    split_reviews,
    stratified_split,
    write_parts,
)
from reelvec.text.ragged import Ragged, offsets_from_lengths
from reelvec.text.vocabulary import PADDING, UNKNOWN, Vocabulary, build_vocabulary, limit_ids

PLAIN = PreprocessParams(lemmatize=False, stopwords="none")
ALL = VocabularyParams(max_size=None, min_count=1)
TEXTS = st.lists(st.lists(st.sampled_from("abcdefg"), max_size=8).map(" ".join), min_size=1)


def corpus_of(*texts: str) -> Corpus:
    return tokenize(pa.array(list(texts), pa.string()), PLAIN)


def vocabulary_of(corpus: Corpus, params: VocabularyParams = ALL) -> Vocabulary:
    return build_vocabulary(corpus.lexicon, corpus.reviews, params)


def test_words_are_numbered_by_falling_count_and_equal_counts_by_code_point() -> None:
    vocabulary = vocabulary_of(corpus_of("z é b", "a b b", "a z"))
    assert vocabulary.tokens == ["<pad>", "<unk>", "b", "a", "z", "e"]
    assert vocabulary.counts.tolist() == [0, 0, 3, 2, 2, 1]
    assert vocabulary.document_counts.tolist() == [0, 0, 2, 2, 2, 1]


@given(TEXTS, st.integers(1, 4), st.integers(1, 8), st.integers(1, 20))
def test_counts_equal_those_of_a_plain_loop_whatever_the_size_of_a_block(
    texts: list[str], minimum: int, size: int, block: int
) -> None:
    with patch.object(ragged, "TOKENS_AT_ONCE", block):
        counts_are_those_of_a_plain_loop(texts, minimum, size)


def counts_are_those_of_a_plain_loop(texts: list[str], minimum: int, size: int) -> None:
    corpus = corpus_of(*texts)
    counts = Counter(token for text in texts for token in text.split())
    documents = Counter(token for text in texts for token in set(text.split()))
    ranked = sorted((w for w in counts if counts[w] >= minimum), key=lambda w: (-counts[w], w))
    kept, params = ranked[:size], VocabularyParams(max_size=size, min_count=minimum)
    if not kept:
        with pytest.raises(ReelvecError, match="vocabulary is empty"):
            vocabulary_of(corpus, params)
        return
    vocabulary = vocabulary_of(corpus, params)
    assert vocabulary.tokens[2:] == kept
    assert vocabulary.counts[2:].tolist() == [counts[word] for word in kept]
    assert vocabulary.document_counts[2:].tolist() == [documents[word] for word in kept]
    assert vocabulary.counts[UNKNOWN] == counts.total() - sum(counts[word] for word in kept)
    with_unknown = sum(bool(set(text.split()) - set(kept)) for text in texts)
    assert vocabulary.document_counts[UNKNOWN] == with_unknown


@given(TEXTS)
def test_encoding_and_decoding_gives_the_tokens_back(texts: list[str]) -> None:
    corpus = corpus_of(*texts, "always one")
    vocabulary = vocabulary_of(corpus)
    encoded = corpus.reviews.map_ids(vocabulary.ids_of(corpus.lexicon))
    decoded = [
        " ".join(vocabulary.tokens[id_] for id_ in encoded[row]) for row in range(len(encoded))
    ]
    assert decoded == [*texts, "always one"]


def test_a_word_outside_and_one_that_looks_reserved_are_unknown() -> None:
    vocabulary = vocabulary_of(corpus_of("film film good"))
    ids = vocabulary.ids_of(["film", "never-seen", "<pad>", "<unk>"])
    assert ids.tolist() == [2, UNKNOWN, UNKNOWN, UNKNOWN]
    assert PADDING not in ids


def test_a_smaller_vocabulary_turns_the_rarer_ids_into_unknown() -> None:
    reviews = Ragged(np.array([2, 5, 3, 4, 1], np.int32), np.array([0, 2, 5], np.int64))
    limited = limit_ids(reviews, 4)
    assert limited.ids.tolist() == [2, UNKNOWN, 3, UNKNOWN, UNKNOWN]
    assert limited.ids.dtype == np.int32
    assert limit_ids(reviews, 6).ids.tolist() == reviews.ids.tolist()


def test_a_vocabulary_comes_back_from_disk_and_damage_is_named_with_its_line(
    tmp_path: Path,
) -> None:
    path = tmp_path / "vocab.tsv"
    vocabulary = vocabulary_of(corpus_of("b a b", "\u2028 c \x85"))
    vocabulary.save(path)
    loaded = Vocabulary.load(path)
    assert loaded.tokens == vocabulary.tokens
    assert loaded.counts.tolist() == vocabulary.counts.tolist()
    assert loaded.document_counts.tolist() == vocabulary.document_counts.tolist()
    lines = path.read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join([*lines[:3], "7\tgap\t1\t1", *lines[3:]]), encoding="utf-8")
    with pytest.raises(ReelvecError, match="line 4: expected id 2"):
        Vocabulary.load(path)
    path.write_text("")
    with pytest.raises(ReelvecError, match="line 1: expected the header"):
        Vocabulary.load(path)


@given(st.integers(5, 60), st.integers(5, 60), st.integers(0, 5))
def test_the_split_keeps_the_share_of_positives_and_loses_no_review(
    negative: int, positive: int, seed: int
) -> None:
    labels = np.array([0] * negative + [1] * positive, np.int8)
    training, validation = stratified_split(labels, 0.2, seed)
    assert sorted([*training, *validation]) == list(range(len(labels)))
    assert len(validation) == -(-len(labels) // 5)
    expected = len(validation) * positive / len(labels)
    assert abs(int(labels[validation].sum()) - expected) < 1
    again = stratified_split(labels, 0.2, seed)
    assert training.tolist() == again[0].tolist()


@given(
    st.lists(st.integers(0, 1), max_size=60),
    st.sampled_from([0.1, 0.2, 0.25, 0.5]) | st.floats(0.01, 0.99),
    st.integers(0, 2**32 - 1),
)
def test_the_split_is_the_one_that_scikit_learn_draws(
    found: list[int], fraction: float, seed: int
) -> None:
    labels, rows = np.array(found, np.int8), np.arange(len(found))
    try:
        expected = train_test_split(rows, test_size=fraction, random_state=seed, stratify=labels)
    except ValueError:
        with pytest.raises(ReelvecError, match=r"reviews cannot be divided with .*fraction 0\."):
            stratified_split(labels, fraction, seed)
    else:
        divided = stratified_split(labels, fraction, seed)
        assert [part.tolist() for part in divided] == [sorted(part) for part in expected]


def test_to_divide_reviews_takes_some_numbers_of_memory_for_each_and_no_objects() -> None:
    labels = np.tile(np.array([0, 1], np.int8), 500_000)
    assert bytes_taken(lambda: stratified_split(labels, 0.2, 1)) < 24 * len(labels)


def table_of(*rows: tuple[str, int | None]) -> pa.Table:
    return pa.table(
        {
            "split": pa.array([split for split, _ in rows], pa.string()),
            "label": pa.array([label for _, label in rows], pa.int8()),
            "review_id": pa.array(range(len(rows)), pa.int32()),
            "film": pa.nulls(len(rows), pa.int32()),
        }
    )


ROWS = [("test", 0), ("test", 1), *[("train", label) for label in (0, 1) for _ in range(5)]]


def test_validation_reviews_come_from_the_official_training_reviews() -> None:
    table = table_of(*ROWS, ("unsup", None))
    parts = split_reviews(table, VocabularyParams(validation_fraction=0.2, seed=123))
    assert sorted(parts["test"]) == [0, 1]
    assert parts["unsup"].tolist() == [12]
    assert sorted([*parts["train"], *parts["valid"]]) == list(range(2, 12))
    assert len(parts["valid"]) == 2


def test_a_file_is_divided_as_a_table_is_without_being_held(tmp_path: Path) -> None:
    rows = [("test", 0), *[("train", n % 2) for n in range(99_999)], *[("unsup", None)] * 100_000]
    table, path = table_of(*rows), tmp_path / "facts.parquet"
    pq.write_table(table, path, row_group_size=30_000)
    expected, found = split_reviews(table, VocabularyParams()), dict[str, NDArray[np.integer]]()
    taken = bytes_taken(lambda: found.update(split_file(path, VocabularyParams())))
    assert {name: part.tolist() for name, part in found.items()} == {
        name: part.tolist() for name, part in expected.items()
    }
    assert taken < 16 * len(rows)


@pytest.mark.slow
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), films=st.integers(150, 250))
def test_no_film_stands_on_both_sides_and_both_have_praise_and_blame(seed: int, films: int) -> None:
    generator = np.random.default_rng(seed)
    numbers = generator.integers(0, films, 3 * films).astype(np.int32)
    labels = (generator.random(films) < 0.5)[numbers].astype(np.int8)  # all of a film's alike
    training, validation = split_by_film(labels, numbers, 0.2, seed)
    assert sorted([*training, *validation]) == list(range(len(numbers)))
    assert not set(numbers[training]) & set(numbers[validation])
    assert len(validation) == pytest.approx(0.2 * len(numbers), rel=0.4)
    for part in (training, validation):
        assert labels[part].mean() == pytest.approx(labels.mean(), abs=0.15)
    again = split_by_film(labels, numbers, 0.2, seed)
    assert again[0].tolist() == training.tolist()


def test_reviews_of_films_that_nobody_knows_are_divided_one_by_one() -> None:
    labels = np.tile(np.array([0, 1], np.int8), 50)
    unknown = np.full(100, -1, np.int32)
    training, validation = split_by_film(labels, unknown, 0.2, 1)
    assert (len(training), len(validation), labels[validation].sum()) == (80, 20, 10)
    with pytest.raises(ReelvecError, match="of 2 films: too few"):
        split_by_film(labels, np.repeat(np.array([1, 2], np.int32), 50), 0.2, 1)


def test_the_first_reviews_of_a_part_are_a_fair_draw() -> None:
    rows = [("test", label) for label in [0] * 300 + [1] * 300]
    rows += [("train", label) for label in [0] * 1000 + [1] * 1000]
    parts = split_reviews(table_of(*rows), VocabularyParams())
    labels = np.array([label for _, label in rows])
    for name, count in (("train", 400), ("valid", 200), ("test", 200)):
        share = labels[parts[name][:count]].mean()
        assert share == pytest.approx(0.5, abs=0.12), "a slice of sorted reviews has one label"


def test_a_missing_label_stops_the_stage() -> None:
    with pytest.raises(ReelvecError, match="train split has 1 reviews without a label"):
        split_reviews(table_of(*ROWS, ("train", None)), VocabularyParams())
    with pytest.raises(ReelvecError, match="test split has no reviews"):
        split_reviews(table_of(*ROWS[2:]), VocabularyParams())


def test_words_of_other_parts_than_training_are_unknown_but_counted_in_the_coverage() -> None:
    texts = ["test only", "test only", *["film good"] * 10, "film unsup"]
    corpus, table = corpus_of(*texts), table_of(*ROWS, ("unsup", None))
    rows = split_reviews(table, VocabularyParams())
    vocabulary = build_vocabulary(corpus.lexicon, corpus.reviews.take(rows["train"]), ALL)
    assert set(vocabulary.tokens[2:]) == {"film", "good"}
    parts = encode_parts(corpus, table, rows, vocabulary)
    assert parts["test"].reviews.ids.tolist() == [UNKNOWN] * 4
    assert sorted(parts["test"].targets) == [0, 1]
    assert parts["unsup"].labels is None
    metrics = coverage_of_parts(corpus, rows, vocabulary, ["good", "unsup", "other"])
    assert metrics["words"] == 2
    assert metrics["words_in_glove"] == 1
    assert metrics["unsup"]["vocabulary_tokens"] == 0.5
    assert metrics["unsup"]["glove_types"] == 0.5
    assert metrics["train"]["vocabulary_types"] == 1.0
    assert "test" not in metrics, "the test reviews are for `evaluate` alone"


def test_parts_written_in_blocks_are_those_written_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["test only", "test", *[f"film good {word}" for word in "abcdefghij"], "film unsup"]
    corpus, table = corpus_of(*texts), table_of(*ROWS, ("unsup", None))
    (tmp_path / "corpus").mkdir()
    corpus.save(tmp_path / "corpus")
    rows = split_reviews(table, VocabularyParams())
    whole = build_vocabulary(corpus.lexicon, corpus.reviews.take(rows["train"]), ALL)
    expected = encode_parts(corpus, table, rows, whole)
    monkeypatch.setattr(ragged, "TOKENS_AT_ONCE", 4)
    on_disk = Corpus.load(tmp_path / "corpus")
    vocabulary = build_vocabulary(on_disk.lexicon, on_disk.reviews, ALL, rows["train"])
    pq.write_table(table, tmp_path / "facts.parquet")
    write_parts(tmp_path / "parts", on_disk, tmp_path / "facts.parquet", rows, vocabulary, PLAIN)
    for name, part in expected.items():
        part.save(tmp_path / "whole" / name)
        files = sorted((tmp_path / "whole" / name).iterdir())
        assert sorted((tmp_path / "parts" / name).iterdir()) == [
            tmp_path / "parts" / name / file.name for file in files
        ]
        for file in files:
            assert file.read_bytes() == (tmp_path / "parts" / name / file.name).read_bytes()
    assert vocabulary.tokens == whole.tokens
    assert vocabulary.document_counts.tolist() == whole.document_counts.tolist()


def test_a_part_comes_back_from_disk_and_unlabelled_ones_cannot_be_trained_on(
    tmp_path: Path,
) -> None:
    reviews = Ragged(np.array([2, 3], np.int32), offsets_from_lengths(np.array([2, 0])))
    unlabelled = Dataset(reviews, None, np.array([4, 9], np.int32))
    unlabelled.save(tmp_path / "unsup")
    loaded = Dataset.load(tmp_path / "unsup")
    assert loaded.review_ids.tolist() == [4, 9]
    with pytest.raises(ReelvecError, match="no labels"):
        _ = loaded.targets
    np.save(tmp_path / "unsup" / "labels.npy", np.array([1], np.int8))
    with pytest.raises(ReelvecError, match="differ in length"):
        Dataset.load(tmp_path / "unsup")
