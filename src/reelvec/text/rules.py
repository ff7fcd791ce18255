r"""What preprocessing does to a text and to a word, said once for both engines that do it.

Arrow's RE2 reads the patterns for whole columns, Python's `re` for single words. So they hold
only what both read alike in ASCII text under `re.ASCII`: no `\s` (RE2's knows no vertical tab),
no class by name, and `$` only where no line break can stand before it.
"""

import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from reelvec.base.schema.preprocess import PreprocessParams, StopwordList

LONGEST_WORD = 60
"""In letters; what is longer is noise."""

LINE_BREAK = r"(?i)<br[\t\n\f\r ]*/?>"
TAG = r"</?[a-zA-Z][^<>]{0,300}>"
ENTITY = "&"
ADDRESS = r"(?i)(?:https?://|www\.)[^\t\n\f\r ]*"
FOLDED = r"[^\x00-\x7f]|`"
"""Found in every word that `fold` changes."""

NOT_A_WORD = r"[^\p{L}\p{M}\p{N}']+"
NOT_AN_ASCII_WORD = r"[^a-zA-Z0-9']+"
"""The same for ASCII text: Python knows no classes of Unicode."""

# `$` comes last: a line break at the end has then been found by the class before it.
OUTER_APOSTROPHE = r"(?:^|[\t\n\f\r ])'+|'+(?:[\t\n\f\r ]|$)"
ASCII_PUNCTUATION = r"[!-/:-@\[-`{-~]+"

CONTRACTED = r"(?i)['’]|nt\b|cannot|cant"
"""Found in every word that one of the contractions changes, and in few others."""

CONTRACTIONS = (
    # Written without the apostrophe too, as reviewers often do.
    (r"(?i)\b(do|does|did|is|was|are|were|would|could|should|have|has|had)nt\b", r"\1 not"),
    (r"(?i)\b(?:can['’]t|cant)\b", "can not"),
    (r"(?i)\bcannot\b", "can not"),
    (r"(?i)\b(?:won['’]t)\b", "will not"),
    (r"(?i)\b(?:shan['’]t)\b", "shall not"),
    (r"(?i)\b(?:ain['’]t|aint)\b", "is not"),
    (r"(?i)n['’]t\b", " not"),
    (r"(?i)\blet['’]s\b", "let us"),
    (r"(?i)['’]re\b", " are"),
    (r"(?i)['’]ve\b", " have"),
    (r"(?i)['’]ll\b", " will"),
    (r"(?i)['’]d\b", " would"),
    (r"(?i)['’]m\b", " am"),
    (r"(?i)['’]s\b", ""),
)
"""Pattern and replacement, in this order. `'s` is dropped: possessive, is and has look alike."""

UNIFIED = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―", "-"),
        "ß": "ss",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
    }
)
"""Quotes, dashes and letters that Unicode does not decompose into a base and an accent."""

STOP_WORDS = "sklearn.feature_extraction._stop_words"


class Rewriting(NamedTuple):
    """One step that rewrites words.

    Attributes:
        replacements: pattern and replacement, one after the other.
        where: found in every word that they change; None where it is as fast to try them.
    """

    replacements: Sequence[tuple[str, str]]
    where: str | None = None


def tags(params: "PreprocessParams") -> list[str]:
    """The patterns that become a space in a text, before it is split into words."""
    used = ((LINE_BREAK, params.line_breaks), (TAG, params.html))
    return [pattern for pattern, wanted in used if wanted]


def rewritings(params: "PreprocessParams", not_a_word: str) -> list[Rewriting]:
    """The steps that rewrite words whose accents are folded; they may put spaces into a word.

    Args:
        params: which steps to take.
        not_a_word: NOT_A_WORD or NOT_AN_ASCII_WORD.
    """
    steps = [Rewriting(CONTRACTIONS, CONTRACTED)] if params.contractions else []
    if params.punctuation == "delete":
        steps.append(Rewriting([(ASCII_PUNCTUATION, "")]))
    if params.punctuation == "separate":
        steps.append(Rewriting([(not_a_word, " "), (OUTER_APOSTROPHE, " ")]))
    return steps


def fold(word: str) -> str:
    """A word without accents, and with plain quotes and dashes."""
    # Accents that stand alone go first: to sort many of them takes the square of their number.
    decomposed = unicodedata.normalize("NFKD", _bare(word.translate(UNIFIED)))
    return _bare(decomposed)


def _bare(word: str) -> str:
    return "".join(letter for letter in word if not unicodedata.combining(letter))


class DroppedWords(NamedTuple):
    """The stopwords of a list, save those that are kept."""

    stopwords: frozenset[str]
    keep: frozenset[str]

    @classmethod
    def of(cls, params: "PreprocessParams") -> "DroppedWords":
        """Those that the parameters name."""
        return cls(stopword_list(params.stopwords), frozenset(params.keep))

    def has(self, piece: str, lemma: str) -> bool:
        """Whether a word with this lemma is dropped."""
        if piece in self.keep or lemma in self.keep:
            return False
        if "not" in self.keep and piece.lower().endswith(("n't", "n’t")):
            return False
        return piece in self.stopwords or lemma in self.stopwords


def token_of_piece(piece: str, params: "PreprocessParams", dropped: DroppedWords) -> str | None:
    """The lemma of a piece of text without white space; None for a stopword, or for nothing."""
    if not piece:
        return None
    lemma = _lemma(piece, params)
    return None if dropped.has(piece, lemma) else lemma


def _lemma(piece: str, params: "PreprocessParams") -> str:
    # simplemma refuses an empty string, has nothing to say about numbers and noise, and would
    # remember the noise.
    if not params.lemmatize or piece in params.lemmatize_except or not piece.isalpha():
        return piece
    if len(piece) > LONGEST_WORD:
        return piece
    lemma = str(_lemmatizer()(piece, lang="en"))
    # simplemma writes american as American, whatever the case it was given.
    return lemma.lower() if params.lowercase else lemma


@cache
def _lemmatizer() -> Callable[..., str]:
    import simplemma

    lemmatize: Callable[..., str] = simplemma.lemmatize
    return lemmatize


@cache
def stopword_list(name: "StopwordList") -> frozenset[str]:
    """The English stopwords of a well-known list."""
    if name == "scikit-learn":
        return _scikit_learn_words()
    if name == "gensim":
        from gensim.parsing.preprocessing import STOPWORDS

        return frozenset(STOPWORDS)
    return frozenset()


def _scikit_learn_words() -> frozenset[str]:
    """The list from the one module that holds it, without the packages around it.

    By its public name it brings scipy.stats and pandas: 0.7 s, half of what a single prediction
    takes.
    """
    package = find_spec("sklearn")
    places = (package and package.submodule_search_locations) or []
    spec = PathFinder.find_spec(STOP_WORDS, [f"{place}/feature_extraction" for place in places])
    if spec is None or spec.loader is None:
        from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

        return frozenset(ENGLISH_STOP_WORDS)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return frozenset(module.ENGLISH_STOP_WORDS)
