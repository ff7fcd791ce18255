"""What a `ReviewClassifier` was constructed with, checked when it is fitted."""

from numbers import Integral
from typing import Any, TypeVar, get_args

import numpy as np
from pydantic import ValidationError
from sklearn.utils import check_random_state

from reelvec.base.messages import did_you_mean
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.section import Section, Text
from reelvec.base.schema.variants import NAIVE_BAYES, RANDOM
from reelvec.given_texts import InputTypeError, InputValueError

AnySection = TypeVar("AnySection", bound=Section)

EXCEPTED = "best better interesting less least more most worse worst"
KEPT = """
again all almost also although both but cannot could cry empty enough even ever every everything
few full hardly however if interest interesting least less more most much neither never no nobody
none nor not nothing nowhere off only perhaps rather serious should sincere so still thin though
too top very well why without would yet
"""

PREPROCESS: dict[Text, PreprocessParams] = {
    "processed": PreprocessParams(
        lemmatize_except=tuple(EXCEPTED.split()), keep=tuple(KEPT.split())
    ),
    "plain": PreprocessParams(contractions=False, lemmatize=False, stopwords="none"),
}
"""`preprocess` and `plain.preprocess` as `params.yaml` comes with them."""


def steps_of(preprocess: Text | PreprocessParams) -> PreprocessParams:
    """From text to tokens: steps by their name, or a person's own.

    Raises:
        InputValueError: there are none of this name.
    """
    if isinstance(preprocess, PreprocessParams):
        return preprocess
    if preprocess not in get_args(Text):
        raise InputValueError(
            f"ReviewClassifier(preprocess={preprocess!r}): choose processed or plain, or give a "
            "reelvec.base.schema.preprocess.PreprocessParams"
        )
    return PREPROCESS[preprocess]


def seed_of(random_state: Any) -> int:
    """A seed; a whole number is one already.

    Raises:
        InputTypeError: it is none of what scikit-learn takes.
    """
    if isinstance(random_state, Integral):
        return int(random_state)
    try:
        return int(check_random_state(random_state).randint(2**31 - 1))
    except ValueError:
        raise InputTypeError(
            f"ReviewClassifier(random_state={random_state!r}): give a whole number, a "
            "numpy.random.RandomState or None"
        ) from None


def checked(kind: type[AnySection], **values: Any) -> AnySection:
    """Parameters as the pipeline knows them.

    Raises:
        InputValueError: with a line for each that is not allowed.
    """
    if values.get("embedding", RANDOM) not in (RANDOM, NAIVE_BAYES):
        raise InputValueError(
            f"ReviewClassifier(embedding={values['embedding']!r}): choose random or naive_bayes; "
            "pretrained vectors are for the variants of params.yaml"
        )
    try:
        return kind.model_validate({name: _of_python(value) for name, value in values.items()})
    except ValidationError as error:
        raise InputValueError("\n".join(map(_explained, error.errors()))) from None


def _of_python(value: Any) -> Any:
    """What a search over numpy arrays gives, as Python's own numbers and tuples."""
    if isinstance(value, np.generic):
        return value.item()
    return tuple(map(_of_python, value)) if isinstance(value, list | tuple) else value


def _explained(problem: Any) -> str:
    """One line for a parameter that is not allowed."""
    if not problem["loc"]:
        return f"ReviewClassifier: {problem['ctx']['error']}"
    name, given = problem["loc"][0], problem["input"]
    verb = "choose" if problem["type"] == "literal_error" else "it must be"
    message = str(problem["msg"]).replace("Input should be", verb, 1)
    choices = str(problem.get("ctx", {}).get("expected", "")).replace("'", " ").split()
    return f"ReviewClassifier({name}={given!r}): {message}{did_you_mean(str(given), choices)}"
