"""Text to tokens: each step does what it says, and columns give what a plain loop gives."""

import string
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.whole import load_params
from reelvec.fetch.imdb import OFFICIAL_NAME, read_archive
from reelvec.text.columns import (
    Corpus,
    split_on_white_space,
    tokenize,
    words_as_in_reviews,
)
from reelvec.text.rules import stopword_list

REPOSITORY = Path(__file__).parents[2]

OFF = PreprocessParams(
    line_breaks=False,
    html=False,
    urls=False,
    lowercase=False,
    fold_accents=False,
    contractions=False,
    punctuation="keep",
    lemmatize=False,
    stopwords="none",
)
EVERYTHING = load_params(REPOSITORY / "params.yaml").preprocess

REVIEW = st.lists(
    st.sampled_from(
        [*"aB.!é🎬' \n\t\u3000", "film", "isn't", "<br />", "good", "GOOD", "&amp;", "ist", "-"]
    ),
    max_size=12,
).map("".join)
REVIEWS = st.lists(REVIEW, max_size=6)


def tokens_of(*texts: str, params: PreprocessParams = EVERYTHING) -> list[list[str]]:
    """Each text's tokens as words."""
    corpus = tokenize(pa.array(list(texts), pa.string()), params)
    return [[corpus.lexicon[id_] for id_ in row] for row in rows_of(corpus)]


def rows_of(corpus: Corpus) -> list[np.ndarray]:
    return [corpus.reviews[row] for row in range(len(corpus.reviews))]


def with_step(**steps: object) -> PreprocessParams:
    return OFF.model_copy(update=steps)


@given(REVIEWS)
@example([])
@example([""])
def test_with_every_step_off_tokens_are_what_white_space_divides(texts: list[str]) -> None:
    assert tokens_of(*texts, params=OFF) == [text.split() for text in texts]


@given(REVIEWS)
def test_the_tutorials_tokenisation_equals_a_plain_loop(texts: list[str]) -> None:
    params = with_step(line_breaks=True, lowercase=True, punctuation="delete")
    delete = str.maketrans("", "", string.punctuation)
    expected = [text.replace("<br />", " ").lower().translate(delete).split() for text in texts]
    assert tokens_of(*texts, params=params) == expected


@pytest.mark.slow
@given(st.lists(REVIEW, max_size=3))
def test_a_review_has_the_same_tokens_alone_as_in_any_company(texts: list[str]) -> None:
    together = tokens_of(*texts)
    assert together == [tokens_of(text)[0] for text in texts]
    assert together[::-1] == tokens_of(*texts[::-1])


@given(REVIEWS)
def test_the_lexicon_has_each_token_once_and_no_other(texts: list[str]) -> None:
    corpus = tokenize(pa.array(texts, pa.string()), EVERYTHING)
    assert len(set(corpus.lexicon)) == len(corpus.lexicon)
    assert set(corpus.reviews.ids.tolist()) == set(range(len(corpus.lexicon)))


@pytest.mark.parametrize(
    ("steps", "text", "expected"),
    [
        ({"line_breaks": True}, "end.<br />Start<BR>x<br/>y", "end. Start x y"),
        ({"html": True}, "<b>bold</b> A&amp;B a < b", "bold A&B a < b"),
        ({"urls": True}, "see http://a.b/c?d or www.x.org now", "see or now"),
        ({"lowercase": True}, "ÉCLAIR Film", "éclair film"),
        ({"fold_accents": True}, "naïve “Æon” ﬁlm", 'naive "AEon" film'),
        ({"punctuation": "separate"}, "well-made, isn't 'it'?", "well made isn't it"),
        ({"punctuation": "delete"}, "well-made, isn't it…", "wellmade isnt it…"),
        ({"lemmatize": True}, "movies were actors 2nd", "movie be actor 2nd"),
        ({"stopwords": "scikit-learn"}, "the film is not good", "film good"),
        ({"stopwords": "gensim"}, "the film is not good", "film good"),
        ({"stopwords": "scikit-learn", "keep": ("not",)}, "the film is not good", "film not good"),
        ({"lemmatize": True, "lemmatize_except": ("movies",)}, "movies actors", "movies actor"),
    ],
)
def test_each_step_alone(steps: dict[str, object], text: str, expected: str) -> None:
    assert tokens_of(text, params=with_step(**steps)) == [expected.split()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("don't", "do not"),
        ("DON’T", "DO not"),
        ("can't cannot cant", "can not can not can not"),
        ("won't shan't ain't", "will not shall not is not"),
        ("isnt wasn't couldnt", "is not was not could not"),
        ("they're I've he'll I'd I'm let's", "they are I have he will I would I am let us"),
        ("the director's cut", "the director cut"),
        ("want tenant mustard", "want tenant mustard"),
    ],
)
def test_contractions_leave_the_negation_as_a_word(text: str, expected: str) -> None:
    assert tokens_of(text, params=with_step(contractions=True)) == [expected.split()]


def test_negations_survive_every_step_of_the_shipped_parameters() -> None:
    for text in ("It isn't good", "It ISN’T good", "it is not good", "it isnt good"):
        assert tokens_of(text) == [["not", "good"]]
    assert tokens_of("never hardly nothing without") == [["never", "hardly", "nothing", "without"]]


@pytest.mark.parametrize("text", ["", "   \n\t", "!!! ... --", "<br /><br />", "http://x.y", "'"])
def test_a_review_of_which_nothing_remains_is_an_empty_row(text: str) -> None:
    assert tokens_of("good", text, "bad") == [["good"], [], ["bad"]]


def test_unusual_characters_are_tokens_or_spaces_but_never_an_error() -> None:
    assert tokens_of("great🎬film \U00020bb7 bad\ufffdword\x00end") == [
        ["great", "film", "\U00020bb7", "bad", "word", "end"]
    ]


def test_a_number_too_long_for_any_letter_is_left_as_it_is() -> None:
    word = f"&#{'1' * 5000};"
    assert tokens_of(word, params=with_step(html=True)) == [[word]]


def test_very_long_reviews_and_words_are_kept_whole() -> None:
    assert tokens_of("film " * 10_000) == [["film"] * 10_000]
    word = "a" * 1_000_000
    assert tokens_of(word) == [[word]]


def test_more_reviews_than_one_block_come_back_in_order() -> None:
    texts = [f"word{number} film" for number in range(12_001)]
    assert tokens_of(*texts, params=OFF) == [text.split() for text in texts]


def test_chunked_columns_give_what_whole_ones_give() -> None:
    texts = ["a film", "", "the film isn't bad", "b"]
    chunked = pa.chunked_array([pa.array(texts[:1]), pa.array(texts[1:])])
    whole, parts = tokenize(pa.array(texts), EVERYTHING), tokenize(chunked, EVERYTHING)
    assert whole.lexicon == parts.lexicon
    assert whole.reviews.ids.tolist() == parts.reviews.ids.tolist()


@pytest.mark.parametrize("end", [" ", "  ", "\u3000", "."])
def test_what_lies_in_memory_behind_the_last_text_changes_nothing(end: str) -> None:
    text = f"good film{end}"
    size = len(text.encode())
    for behind in range(256):
        memory = pa.py_buffer(text.encode() + bytes([behind] * 8)).slice(0, size)
        offsets = pa.py_buffer(np.array([0, size], np.int32))
        texts = pa.Array.from_buffers(pa.string(), 1, [None, offsets, memory])
        assert split_on_white_space(texts).to_pylist() == [text.split()]


def test_words_go_the_way_that_reviews_go() -> None:
    words = ["Movies", "the", "don't", "naïve"]
    assert words_as_in_reviews(words, EVERYTHING) == ["movie", None, "not", "naive"]
    assert words_as_in_reviews(words, OFF) == words


def test_an_unlisted_stopword_list_is_empty_and_the_others_are_not() -> None:
    assert stopword_list("none") == frozenset()
    assert {"the", "not"} <= stopword_list("scikit-learn") & stopword_list("gensim")


def test_scikit_learns_list_is_read_without_importing_it() -> None:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    assert stopword_list("scikit-learn") == ENGLISH_STOP_WORDS
    program = (
        "import sys; from reelvec.text.rules import stopword_list; "
        "assert stopword_list('scikit-learn'); assert 'sklearn' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_corpus_comes_back_from_disk_as_it_was(tmp_path: Path) -> None:
    corpus = tokenize(pa.array(["a \x85b", "", "c d a"]), OFF)
    corpus.save(tmp_path)
    loaded = Corpus.load(tmp_path)
    assert loaded.lexicon == corpus.lexicon
    assert [row.tolist() for row in rows_of(loaded)] == [row.tolist() for row in rows_of(corpus)]


@pytest.mark.slow
def test_the_tutorials_token_counts_come_out_exactly(real_data: str) -> None:
    reviews = read_archive(Path(real_data) / OFFICIAL_NAME)
    texts = [review.text for review in reviews if review.split == "train"]
    params = with_step(line_breaks=True, lowercase=True, punctuation="delete")
    corpus = tokenize(pa.array(texts), params)
    counts = np.bincount(corpus.reviews.ids)
    most = {corpus.lexicon[id_]: int(counts[id_]) for id_ in np.argsort(-counts)[:5]}
    assert most == {"the": 334_719, "and": 162_255, "a": 161_967, "of": 145_376, "to": 135_111}
