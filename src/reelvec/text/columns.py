"""From columns of text to tokens, in vocabulary space.

10,000 reviews hold 2.3 million words but only 146,000 distinct ones. So the text itself is
scanned three times only (drop the tags, split on white space, give each distinct word a number);
every other step works on the distinct words, and what it decides comes back to the stream by
integer indexing. A word becomes zero tokens (a stopword, an address), one, or several
(`don't` becomes `do not`, `well-made` becomes `well made`).
Each block of reviews is done by itself; what is new in its lexicon is put behind that of those
before it.
"""

import html
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import run_again
from reelvec.base.project.files import write_text
from reelvec.text import rules
from reelvec.text.ragged import Ragged, end_to_end, offsets_from_lengths

if TYPE_CHECKING:
    from reelvec.base.schema.preprocess import PreprocessParams

REVIEWS_AT_ONCE = 10_000
"""Reviews in one block of work: large enough for Arrow, small enough for little memory."""

THREADS = 2

PIECES_REMEMBERED = 500_000
"""All are forgotten when there are more: memory must not grow with the number of reviews."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Reviews as tokens.

    Attributes:
        lexicon: the distinct tokens, in the order in which they first appear.
        reviews: ids into `lexicon`, one row a review.
    """

    lexicon: list[str]
    reviews: Ragged

    def save(self, folder: Path) -> None:
        """Write `lexicon.txt`, `ids.npy` and `offsets.npy` into an existing folder."""
        save_lexicon(folder, self.lexicon)
        self.reviews.save(folder)

    @classmethod
    def load(cls, folder: Path) -> "Corpus":
        """Read what `save` wrote; ids are memory-mapped.

        Raises:
            ReelvecError: a file is missing or does not fit the others.
        """
        reviews = Ragged.load(folder)
        lexicon = (folder / "lexicon.txt").read_text(encoding="utf-8").split("\n")[:-1]
        if any(block.ids.max(initial=-1) >= len(lexicon) for block in reviews.blocks()):
            raise ReelvecError(f"{folder}: lexicon.txt is shorter than the ids; {run_again()}")
        return cls(lexicon, reviews)


def save_lexicon(folder: Path, lexicon: Sequence[str]) -> None:
    """Write `lexicon.txt`, a token a line."""
    write_text(folder / "lexicon.txt", "".join(f"{token}\n" for token in lexicon))


class Lexicon:
    """The distinct tokens of blocks, in the order in which these come."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    @property
    def tokens(self) -> list[str]:
        """The token of each number."""
        return list(self._numbers)

    def renumbered(self, corpus: Corpus) -> Ragged:
        """The reviews of the next block, by the numbers that its tokens have here."""
        known = self._numbers
        numbers = (known.setdefault(token, len(known)) for token in corpus.lexicon)
        return corpus.reviews.map_ids(np.fromiter(numbers, np.int32, len(corpus.lexicon)))


def tokenize(texts: pa.Array | pa.ChunkedArray, params: "PreprocessParams") -> Corpus:
    """Turn a column of text into tokens.

    Args:
        texts: strings, one a review; an empty or blank one becomes an empty row.
        params: which steps to take.

    Returns:
        the distinct tokens and each review's ids into them.
    """
    column = texts if isinstance(texts, pa.ChunkedArray) else pa.chunked_array([texts])
    starts = range(0, len(column), REVIEWS_AT_ONCE)
    slices = [column.slice(start, REVIEWS_AT_ONCE) for start in starts]
    lexicon = Lexicon()
    with ThreadPoolExecutor(THREADS) as pool:
        corpora = pool.map(partial(_tokenize_block, params=params), slices)
        blocks = [lexicon.renumbered(corpus) for corpus in corpora]
    return Corpus(lexicon.tokens, end_to_end(blocks))


def _tokenize_block(texts: pa.ChunkedArray, params: "PreprocessParams") -> Corpus:
    """Tokens of one block of reviews by itself."""
    encoded, offsets = _split(texts, params)
    lexicon, tokens_of_word = _tokens_of_words(encoded.dictionary, params)
    words = Ragged(encoded.indices.to_numpy(), offsets)
    return Corpus(lexicon, words.expand(tokens_of_word))


def words_as_in_reviews(words: Sequence[str], params: "PreprocessParams") -> list[str | None]:
    """Send single words through the same steps as the reviews.

    Returns:
        for each word its first token, or None where nothing remains (a stopword).
    """
    corpus = tokenize(pa.array(list(words), pa.string()), params)
    rows = (corpus.reviews[index] for index in range(len(words)))
    return [corpus.lexicon[row[0]] if len(row) else None for row in rows]


def _split(
    texts: pa.ChunkedArray, params: "PreprocessParams"
) -> tuple[pa.DictionaryArray, NDArray[np.int64]]:
    """One block of reviews as numbered words, and the offsets of its reviews."""
    column = pa.concat_arrays(texts.cast(pa.string()).chunks)
    column = _replaced(column, [(tag, " ") for tag in rules.tags(params)])
    lists = split_on_white_space(column)
    return lists.flatten().dictionary_encode(), lists.offsets.to_numpy().astype(np.int64)


def split_on_white_space(texts: pa.StringArray) -> pa.ListArray:
    """The words of each text; the first may be empty."""
    # Behind a last text that ends in white space, Arrow's split decodes whatever lies in memory:
    # with some bytes there the last word keeps its space.
    return pc.utf8_split_whitespace(pc.utf8_rtrim_whitespace(texts))


def _tokens_of_words(words: pa.StringArray, params: "PreprocessParams") -> tuple[list[str], Ragged]:
    """Take every step that looks at one word at a time.

    Returns:
        the distinct tokens, and for each word the ids of its tokens.
    """
    for step in _steps(params):
        words = step(words)
    lists = split_on_white_space(words)
    encoded = lists.flatten().dictionary_encode()
    lexicon, token_of_piece = _tokens_of_pieces(encoded.dictionary.to_pylist(), params)
    pieces = Ragged(encoded.indices.to_numpy(), lists.offsets.to_numpy().astype(np.int64))
    return lexicon, pieces.expand(token_of_piece)


def _steps(params: "PreprocessParams") -> list[Callable[[pa.StringArray], pa.StringArray]]:
    """The steps that rewrite words, in order; a step may put spaces into a word."""
    steps: list[Callable[[pa.StringArray], pa.StringArray]] = []
    if params.html:
        steps.append(
            lambda words: _rewrite(words, pc.match_substring(words, rules.ENTITY), _unescaped)
        )
    if params.urls:
        steps.append(partial(_replaced, replacements=[(rules.ADDRESS, "")]))
    if params.lowercase:
        steps.append(pc.utf8_lower)
    if params.fold_accents:
        steps.append(
            lambda words: _rewrite(words, pc.match_substring_regex(words, rules.FOLDED), rules.fold)
        )
    for replacements, where in rules.rewritings(params, rules.NOT_A_WORD):
        step = partial(_replaced, replacements=replacements)
        steps.append(step if where is None else partial(_where, pattern=where, step=step))
    return steps


def _rewrite(
    words: pa.StringArray, mask: pa.BooleanArray, function: Callable[[str], str]
) -> pa.StringArray:
    """Apply a Python function to the few words under the mask."""
    rewritten = [function(word) for word in words.filter(mask).to_pylist()]
    return pc.replace_with_mask(words, mask, pa.array(rewritten, pa.string()))


def _unescaped(word: str) -> str:
    try:
        return html.unescape(word)
    except ValueError:  # a number of thousands of digits, which names no letter
        return word


def _replaced(words: pa.StringArray, replacements: Sequence[tuple[str, str]]) -> pa.StringArray:
    for pattern, replacement in replacements:
        words = pc.replace_substring_regex(words, pattern, replacement)
    return words


def _where(
    words: pa.StringArray, pattern: str, step: Callable[[pa.StringArray], pa.StringArray]
) -> pa.StringArray:
    """Take a step with the few words in which a pattern is found."""
    mask = pc.match_substring_regex(words, pattern)
    return pc.replace_with_mask(words, mask, step(words.filter(mask)))


def _tokens_of_pieces(pieces: list[str], params: "PreprocessParams") -> tuple[list[str], Ragged]:
    """Lemmatise each distinct piece and drop stopwords.

    Returns:
        the distinct tokens, and for each piece its token's id in a row of its own, or no id.
    """
    known = _known_pieces(params)
    tokens = [known[piece] for piece in pieces]
    kept = np.fromiter((token is not None for token in tokens), bool, count=len(pieces))
    encoded = pa.array(tokens, pa.string()).drop_null().dictionary_encode()
    return encoded.dictionary.to_pylist(), Ragged(
        encoded.indices.to_numpy(), offsets_from_lengths(kept.astype(np.int64))
    )


class _KnownPieces(dict[str, str | None]):
    """The tokens of the pieces that have come, for most come in every block."""

    def __init__(self, params: "PreprocessParams") -> None:
        self._params, self._dropped = params, rules.DroppedWords.of(params)

    def __missing__(self, piece: str) -> str | None:
        token = rules.token_of_piece(piece, self._params, self._dropped)
        if len(piece) <= rules.LONGEST_WORD:  # what is longer is noise, and does not come again
            if len(self) >= PIECES_REMEMBERED:
                self.clear()
            self[piece] = token
        return token


_known_pieces = lru_cache(maxsize=1)(_KnownPieces)
