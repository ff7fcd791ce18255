"""One review at a time gives the ids that the same review gets in a column of many."""

import tracemalloc
from typing import Any, get_args

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reelvec.base.schema.preprocess import PreprocessParams, Punctuation, StopwordList
from reelvec.text import single as single_texts
from reelvec.text import tokenizer
from reelvec.text.columns import tokenize
from reelvec.text.rules import CONTRACTIONS
from reelvec.text.single import SingleTexts
from reelvec.text.tokenizer import Tokenizer
from reelvec.text.vocabulary import RESERVED, UNKNOWN, ids_of, index_of

KEEP = ("not", "no", "never")
PARAMS = {
    "all steps": PreprocessParams(keep=KEEP, lemmatize_except=("best",)),
    "no step": PreprocessParams(
        **dict.fromkeys(("line_breaks", "html", "urls", "lowercase", "fold_accents"), False),
        **dict.fromkeys(("contractions", "lemmatize"), False),
        punctuation="keep",
        stopwords="none",
    ),
    "plain": PreprocessParams(contractions=False, lemmatize=False, stopwords="none"),
    "deleted": PreprocessParams(punctuation="delete", stopwords="gensim", keep=KEEP),
    "cased": PreprocessParams(lowercase=False, fold_accents=False),
    "no tags": PreprocessParams(html=False, urls=False),
}
EXAMPLES = (
    "don't dont can't CANNOT cant won’t it's Ain't isnt wasn`t 'tis o'clock dogs' best films good, "
    "well-made (bad) 10/10 <br /> <br\x0b/> <BR> <i>so</i> <b < > &amp; B&W &lt;br&gt; &#10; "
    "&nbsp; naïve café ½ … – \x96 £5 ﬁne İstanbul ΣΑΣ Kelvin ſee http://a.b/c HTTPS://x 👍 worse "
    "www.film.org WWW. httpſ://x ' '' ''x'' a_b want, moment \x1c \x0b \x85 \u3000 \0 not"
)
WORDS = st.sampled_from(("not", "no", "best", "don't", "cannot", "films"))
ANY_PARAMS = st.builds(
    PreprocessParams,
    **dict.fromkeys(("line_breaks", "html", "urls", "lowercase", "fold_accents"), st.booleans()),
    **dict.fromkeys(("contractions", "lemmatize"), st.booleans()),
    **dict.fromkeys(("lemmatize_except", "keep"), st.lists(WORDS, max_size=3).map(tuple)),
    punctuation=st.sampled_from(get_args(Punctuation)),
    stopwords=st.sampled_from(get_args(StopwordList)),
)
PIECES = st.sampled_from(EXAMPLES.split(" "))
VERBS = "do does did is was are were would could should have has had ai ca wo sha"
TEXTS = st.one_of(
    st.text(),
    st.text("ab'’`<>&;#/ .,-_nt\t\n\x0b!$\\["),
    st.lists(PIECES, max_size=12).map(" ".join),
    st.lists(PIECES, max_size=6).map("".join),
)


def both_ways(params: PreprocessParams, texts: list[str]) -> tuple[Any, Any]:
    """The ids by word and by column, with every token known that has an even place."""
    corpus = tokenize(pa.array(texts, pa.string()), params)
    vocabulary = [*RESERVED, *corpus.lexicon[::2]]
    index = index_of(vocabulary)
    single = SingleTexts(params, index).encode(texts)
    column = corpus.reviews.map_ids(ids_of(corpus.lexicon, index))
    return [row.tolist() for row in map(single.__getitem__, range(len(texts)))], [
        row.tolist() for row in map(column.__getitem__, range(len(texts)))
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", PARAMS)
@given(texts=st.lists(TEXTS, max_size=4))
@example(texts=[""])
@example(texts=["", " ", "film"])
@example(texts=["www.film.org£5www.film.orggood,…", "dont£5www.film.orgwww.film.org…"])
def test_a_text_gets_the_ids_that_it_gets_in_a_column(name: str, texts: list[str]) -> None:
    single, column = both_ways(PARAMS[name], texts)
    assert single == column


@given(params=ANY_PARAMS, texts=st.lists(TEXTS, max_size=4))
def test_both_engines_agree_whatever_the_steps(params: PreprocessParams, texts: list[str]) -> None:
    single, column = both_ways(params, texts)
    assert single == column


@pytest.mark.parametrize("name", PARAMS)
def test_every_character_is_read_as_in_a_column(name: str) -> None:
    letters = [chr(code) for code in range(0x3000) if not 0xD800 <= code < 0xE000]
    single, column = both_ways(PARAMS[name], [f"a{letter}b {letter}s" for letter in letters])
    assert single == column


def test_every_kind_of_contraction_is_expanded_alike() -> None:
    words = [
        f"{word}{end}" for word in VERBS.split() for end in ("n't", "nt", "n’t", "N'T", "nt's")
    ]
    words += [f"she{end}" for end in ("'s", "'re", "'ve", "'ll", "'d", "'m", "’s", "'em")]
    assert len(CONTRACTIONS) <= len(words)
    single, column = both_ways(PARAMS["all steps"], [*words, *map(str.title, words)])
    assert single == column


def test_the_number_of_texts_never_changes_their_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = Tokenizer(PARAMS["all steps"], [*RESERVED, "film", "good", "not"])
    texts = ["A good film.", "", "Not good <br />", "unheard-of"]
    few = encoder.encode(texts)
    monkeypatch.setattr(tokenizer, "FEW_TEXTS", 0)
    many = encoder.encode(texts)
    assert few.ids.tolist() == many.ids.tolist() == [3, 2, 4, 3, UNKNOWN]
    assert few.offsets.tolist() == many.offsets.tolist()
    assert (few.ids.dtype, few.offsets.dtype) == (many.ids.dtype, many.offsets.dtype)


def test_words_without_end_are_not_remembered() -> None:
    single = SingleTexts(PARAMS["all steps"], index_of([*RESERVED, "film"]))
    long = "x" * 100_000
    assert single.encode([f"film {long} {long}film"]).ids.tolist() == [2, UNKNOWN, UNKNOWN]
    assert set(single._known) == {"film"}


HOSTILE = {
    "quotes": "x" + "'" * 200_000 + "y",
    "accents": "a" + "\u0301\u0316" * 200_000,
    "tags": "<a" * 200_000,
    "breaks": "<br " + " " * 200_000,
    "entities": "&" * 200_000,
    "addresses": "http://" * 50_000,
    "contractions": "n't" * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_takes_more_than_linear_time(name: str) -> None:
    # With a square of these lengths the test would run for hours.
    single, column = both_ways(PARAMS["all steps"], [HOSTILE[name], "film"])
    assert single == column


def test_words_are_forgotten_before_they_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single_texts, "WORDS_REMEMBERED", 3)
    single = SingleTexts(PARAMS["all steps"], index_of([*RESERVED, "film"]))
    for number in range(50):
        assert single.encode([f"film{number} film"]).ids.tolist() == [UNKNOWN, 2]
        assert len(single._known) <= 3 + 2


@pytest.mark.slow
@given(st.lists(TEXTS, min_size=1, max_size=4), st.integers(1, 9))
def test_a_long_text_in_pieces_gives_the_same_ids(texts: list[str], at_once: int) -> None:
    params = PARAMS["all steps"]
    whole, column = both_ways(params, texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(single_texts, "CHARACTERS_AT_ONCE", at_once)
        pieces, _ = both_ways(params, texts)
    assert pieces == whole == column


def test_a_long_text_takes_little_more_memory_than_its_own() -> None:
    text = "A wonderful film, and well played. " * 60_000
    single = SingleTexts(PARAMS["all steps"], index_of([*RESERVED, "wonderful", "film"]))
    single.encode([text])
    tracemalloc.start()
    single.encode([text])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * len(text)
