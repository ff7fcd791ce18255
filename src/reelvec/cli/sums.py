"""Sums of words as people write them: `king - man + woman`."""

from collections.abc import Sequence

from reelvec.base.errors import ReelvecError

Term = tuple[int, str]
"""1 or -1, and a word."""

SIGNS = {"+": 1, "-": -1, "−": -1, "–": -1}

EXAMPLE = "for example `reelvec analogy king - man + woman`"


def parse_terms(arguments: Sequence[str]) -> list[Term]:
    """Read a sum, however it came divided into arguments.

    A sign may stand by itself or before its word; within a word a hyphen is a letter.

    Raises:
        ReelvecError: a sign or a word is missing.
    """
    terms: list[Term] = []
    sign: int | None = 1
    for piece in " ".join(arguments).split():
        if piece[0] in SIGNS:
            if terms and sign is not None:
                raise ReelvecError(f"two signs before {piece!r}; write {EXAMPLE}")
            sign = SIGNS[piece[0]]
        word = piece[1:] if piece[0] in SIGNS else piece
        if not word:
            continue
        if sign is None:
            raise ReelvecError(f"no + or - before {word!r}; write {EXAMPLE}")
        terms.append((sign, word))
        sign = None
    if not terms or sign is not None:
        raise ReelvecError(f"a word is missing at the end; write {EXAMPLE}")
    return terms


def with_separate_signs(arguments: Sequence[str]) -> list[str]:
    """Arguments in which `-man` and `- man` are not taken for options.

    An option of one letter (`-n`, `-n5`) and one of two hyphens stay as they are.
    """
    separate: list[str] = []
    for argument in arguments:
        is_word = len(argument) > 2 and argument[1:3].isalpha()
        is_term = argument[:1] == "-" and (is_word or argument[1:2] == " ")
        separate += ["-", argument[1:].lstrip()] if is_term else [argument]
    return separate
