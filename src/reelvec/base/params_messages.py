"""What pydantic found wrong with parameters, in words for people."""

import re
from collections.abc import Iterator, Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from reelvec.base.messages import one_of, shortened

RULES = {
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "dict_type": "must be a section with keys of its own",
    "model_type": "must be a section with keys of its own",
    "tuple_type": "must be a list, such as [a, b]",
    "string_too_short": "must not be empty",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "string_pattern_mismatch": "must match {pattern}",
}
"""What pydantic's kinds of errors say of a value."""


def problems_of(error: ValidationError, kind: type[BaseModel], key: str = "") -> Iterator[str]:
    """One line for each thing that pydantic found: the key, what was given, what is allowed.

    Args:
        error: what it raised.
        kind: the model that was to be made.
        key: where in the file that model stands; nothing for the whole file.
    """
    for problem in error.errors():
        location = [part for part in problem["loc"] if part != "[key]"]
        place = ".".join([*([key] if key else []), *map(str, location)])
        yield _problem(problem, kind, location, place)


def _problem(problem: Any, kind: type[BaseModel], location: list[Any], place: str) -> str:
    given, error, context = problem["input"], problem["type"], problem.get("ctx", {})
    if error == "extra_forbidden":
        return f"{place}: is not a parameter; {one_of(str(location[-1]), _keys(kind, location))}"
    if error == "missing":
        return f"{place}: is missing"
    if error == "value_error":
        return f"{place}: {context['error']}" if place else str(context["error"])
    if error == "literal_error":
        choices = re.findall(r"'([^']*)'", context["expected"])
        noun = str(location[-1]).replace("_", " ")
        article = "an" if noun[0] in "aeiou" else "a"
        return f"{place}: {given!r} is not {article} {noun}; {one_of(str(given), choices)}"
    rule = RULES.get(error, problem["msg"].lower()).format(**context)
    return f"{place}: {shortened(given)} was given, it {rule}"


def _keys(kind: type[BaseModel], location: Sequence[Any]) -> list[str]:
    """The keys that the section which holds the last part of a location may have."""
    section: Any = kind
    for part in location[:-1]:
        fields = getattr(section, "model_fields", None)
        section = _within(fields[part].annotation) if fields and part in fields else section
    return list(section.model_fields)


def _within(annotation: Any) -> Any:
    """The section that a field holds, be it by itself, by name or optional."""
    if get_origin(annotation) in (dict, Union, UnionType):
        models = (each for each in get_args(annotation) if hasattr(each, "model_fields"))
        return next(models, annotation)
    return annotation
