"""A few texts to vocabulary ids at once: what `text` does for columns, without its fixed cost.

Arrow takes milliseconds for one review, whatever its length. Here every distinct word is looked
up instead, and remembered. Both ways give the same ids: where Python and Arrow could differ (what
is left of a word is not ASCII), Arrow decides here too.
"""

import html
import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.text.columns import (
    ADDRESS,
    ASCII_PUNCTUATION,
    CONTRACTED,
    CONTRACTIONS,
    LINE_BREAK,
    LONGEST_WORD,
    NOT_A_WORD,
    OUTER_APOSTROPHE,
    TAG,
    DroppedWords,
    fold,
    stopword_list,
    token_of_piece,
    tokenize,
)
from reelvec.text.ragged import Ragged, offsets_from_lengths
from reelvec.text.vocabulary import UNKNOWN

WORDS_REMEMBERED = 200_000
"""All are forgotten when there are more: a server must not grow with every new word."""

Ids = tuple[int, ...]


class SingleTexts:
    """From raw text to vocabulary ids, a few texts at a time; safe to share among threads.

    Args:
        params: the steps that the vocabulary's words went through.
        index: the id of each word; others are unknown.
    """

    def __init__(self, params: PreprocessParams, index: Mapping[str, int]) -> None:
        self._params = params
        self.index = index
        self._known: dict[str, Ids] = {}
        self._tags = [
            _pattern(pattern)
            for pattern, used in ((LINE_BREAK, params.line_breaks), (TAG, params.html))
            if used
        ]
        self._steps = _steps(params)
        self._dropped = DroppedWords(stopword_list(params.stopwords), frozenset(params.keep))

    def encode(self, texts: Sequence[str]) -> Ragged:
        """Ids of each text, (texts,) rows; words outside the vocabulary are unknown."""
        split = [self._without_tags(text).split() for text in texts]
        if len(self._known) > WORDS_REMEMBERED:
            self._known = {}
        known = self._known
        new = self._looked_up({word for words in split for word in words if word not in known})
        rows = [
            [id_ for word in words for id_ in new.get(word) or known.get(word, ())]
            for words in split
        ]
        known |= {word: ids for word, ids in new.items() if len(word) <= LONGEST_WORD}
        lengths = np.array([len(row) for row in rows], np.int64)
        ids = np.fromiter((id_ for row in rows for id_ in row), np.int32, int(lengths.sum()))
        return Ragged(ids, offsets_from_lengths(lengths))

    def _without_tags(self, text: str) -> str:
        if "<" in text:
            for pattern in self._tags:
                text = pattern.sub(" ", text)
        return text

    def _looked_up(self, words: set[str]) -> dict[str, Ids]:
        """The ids of each word, by Python where that is sure to be right."""
        found: dict[str, Ids] = {}
        left = []
        for word in words:
            simple = self._simplified(word)
            if simple is None:
                left.append(word)
            else:
                found[word] = self._ids_of_pieces(simple)
        if left:
            corpus = tokenize(pa.array(left, pa.string()), self._params)
            ids = [self._id_of(token) for token in corpus.lexicon]
            found |= {
                word: tuple(ids[token] for token in corpus.reviews[row])
                for row, word in enumerate(left)
            }
        return found

    def _simplified(self, word: str) -> str | None:
        """The word after all steps that rewrite words; None leaves it to Arrow."""
        params = self._params
        if len(word) > LONGEST_WORD:
            return None  # Arrow's patterns take no more than linear time
        if params.html and "&" in word:
            word = html.unescape(word)
        if params.urls and ("://" in word or "www." in word.lower()):
            if not word.isascii():
                return None
            word = _ADDRESS.sub("", word)
        if params.lowercase:
            word = word.lower()
        if params.fold_accents and not (word.isascii() and "`" not in word):
            word = fold(word)
        if not word.isascii():
            return None
        for step in self._steps:
            word = step(word)
        return word

    def _ids_of_pieces(self, word: str) -> Ids:
        tokens = (token_of_piece(piece, self._params, self._dropped) for piece in word.split())
        return tuple(self._id_of(token) for token in tokens if token is not None)

    def _id_of(self, token: str) -> int:
        return self.index.get(token, UNKNOWN)


def _steps(params: PreprocessParams) -> list[Callable[[str], str]]:
    """The steps behind the folding of accents, for words of ASCII letters."""
    steps: list[Callable[[str], str]] = []
    if params.contractions:
        steps.append(_expander())
    if params.punctuation == "delete":
        punctuation = _pattern(ASCII_PUNCTUATION)
        steps.append(lambda word: punctuation.sub("", word))
    if params.punctuation == "separate":
        other, apostrophe = _pattern(NOT_A_WORD), _pattern(OUTER_APOSTROPHE)
        steps.append(lambda word: apostrophe.sub(" ", other.sub(" ", word)))
    return steps


def _expander() -> Callable[[str], str]:
    contracted = _pattern(CONTRACTED)
    contractions = [(_pattern(pattern), to) for pattern, to in CONTRACTIONS]

    def expand(word: str) -> str:
        if contracted.search(word):
            for pattern, replacement in contractions:
                word = pattern.sub(replacement, word)
        return word

    return expand


def _pattern(pattern: str) -> re.Pattern[str]:
    r"""One of Arrow's patterns (RE2's) as Python's for ASCII text, where they mean the same.

    RE2's `\b` knows ASCII only, its `\s` no vertical tab, and its `$` no line break before it.
    """
    for theirs, ours in (
        (r"\p{L}\p{M}\p{N}", "a-zA-Z0-9"),
        ("[[:punct:]]", r"[!-/:-@\[-`{-~]"),
        (r"\s", r"[\t\n\f\r ]"),
        (r"\S", r"[^\t\n\f\r ]"),
        ("$", r"\Z"),
    ):
        pattern = pattern.replace(theirs, ours)
    return re.compile(pattern, re.ASCII)


_ADDRESS = _pattern(ADDRESS)
