"""A few texts to vocabulary ids at once: what `columns` does for many, without its fixed cost.

Arrow takes milliseconds for one review, whatever its length. Here every distinct word is looked
up instead, and remembered. Both ways give the same ids: where Python and Arrow could differ (what
is left of a word is not ASCII), Arrow decides here too.
"""

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from reelvec.text import rules
from reelvec.text.columns import tokenize
from reelvec.text.ragged import Ragged, offsets_from_lengths
from reelvec.text.vocabulary import UNKNOWN

if TYPE_CHECKING:
    from reelvec.base.schema.preprocess import PreprocessParams

CHARACTERS_AT_ONCE = 1 << 17
"""A longer text goes in pieces: a list of its words takes ten times the memory of the text."""

WORDS_REMEMBERED = 200_000
"""All are forgotten when there are more: a server must not grow with every new word."""

Ids = tuple[int, ...]


class SingleTexts:
    """From raw text to vocabulary ids, a few texts at a time; safe to share among threads.

    Args:
        params: the steps that the vocabulary's words went through.
        index: the id of each word; others are unknown.
    """

    def __init__(self, params: "PreprocessParams", index: Mapping[str, int]) -> None:
        self._params = params
        self.index = index
        self._known: dict[str, Ids] = {}
        self._tags = [_compiled(pattern) for pattern in rules.tags(params)]
        self._rewritings = [
            _replacer(*step) for step in rules.rewritings(params, rules.NOT_AN_ASCII_WORD)
        ]
        self._dropped = rules.DroppedWords.of(params)

    def encode(self, texts: Sequence[str]) -> Ragged:
        """Ids of each text, (texts,) rows; words outside the vocabulary are unknown."""
        if sum(map(len, texts)) <= CHARACTERS_AT_ONCE:
            return self._encode([self._without_tags(text).split() for text in texts])
        pieces = [
            [self._encode([piece.split()]).ids for piece in _pieces(self._without_tags(text))]
            for text in texts
        ]
        lengths = np.array([sum(map(len, row)) for row in pieces], np.int64)
        ids = np.concatenate([piece for row in pieces for piece in row])
        return Ragged(ids, offsets_from_lengths(lengths))

    def _encode(self, split: Sequence[list[str]]) -> Ragged:
        """Ids of texts that were split into words."""
        if len(self._known) > WORDS_REMEMBERED:
            self._known = {}
        known = self._known
        new = self._looked_up({word for words in split for word in words if word not in known})
        rows = [
            [id_ for word in words for id_ in new.get(word) or known.get(word, ())]
            for words in split
        ]
        known |= {word: ids for word, ids in new.items() if len(word) <= rules.LONGEST_WORD}
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
        if len(word) > rules.LONGEST_WORD:
            return None  # Arrow's patterns take no more than linear time
        if params.html and rules.ENTITY in word:
            word = html.unescape(word)
        if params.urls and ("://" in word or "www." in word.lower()):
            if not word.isascii():
                return None
            word = _ADDRESS.sub("", word)
        if params.lowercase:
            word = word.lower()
        if params.fold_accents and _FOLDED.search(word):
            word = rules.fold(word)
        if not word.isascii():
            return None
        for rewritten in self._rewritings:
            word = rewritten(word)
        return word

    def _ids_of_pieces(self, word: str) -> Ids:
        tokens = (
            rules.token_of_piece(piece, self._params, self._dropped) for piece in word.split()
        )
        return tuple(self._id_of(token) for token in tokens if token is not None)

    def _id_of(self, token: str) -> int:
        return self.index.get(token, UNKNOWN)


def _pieces(text: str) -> Iterator[str]:
    """The text end to end, cut at white space."""
    start = 0
    while start < len(text):
        cut = _WHITE_SPACE.search(text, start + CHARACTERS_AT_ONCE)
        end = cut.start() if cut else len(text)
        yield text[start:end]
        start = end


def _replacer(replacements: Sequence[tuple[str, str]], where: str | None) -> Callable[[str], str]:
    """A step of `rules`, for words of ASCII letters."""
    compiled = [(_compiled(pattern), to) for pattern, to in replacements]
    needed = None if where is None else _compiled(where)

    def replaced(word: str) -> str:
        if needed is None or needed.search(word):
            for pattern, to in compiled:
                word = pattern.sub(to, word)
        return word

    return replaced


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


_WHITE_SPACE = re.compile(r"\s")
"""Where `str.split` splits."""

_ADDRESS, _FOLDED = _compiled(rules.ADDRESS), _compiled(rules.FOLDED)
