"""`imdb` of `params.yaml`: which reviews."""

from itertools import combinations
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from reelvec.base.project.section import Fraction, Section, Sha256, Word


def _as_cell(value: Any) -> Any:
    """A value as the cell of a table says it: true, 1, 0.5, refund."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) else value


def _as_list(value: Any) -> Any:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


Cell = Annotated[Word, BeforeValidator(_as_cell)]
OneOrMore = Annotated[tuple[Word, ...], BeforeValidator(_as_list), Field(min_length=1)]


class SplitNames(BaseModel):
    """What the column `split` says, one name or several each."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    train: OneOrMore = ("train",)
    test: OneOrMore = ("test",)
    unsup: OneOrMore = ("unsup",)


class TableParams(BaseModel):
    """How to read reviews that are no archive in the official layout, but rows of tables.

    `positive` and `negative` are the two values of the column `label`, and the names that the
    results call them by; an empty cell, or `unlabelled`, is no label. Where there is no column
    `split`, or `splits` is null, `test_fraction` of the labelled rows become test reviews, drawn
    by `seed`. Of an archive only the names of the labels count.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    positive: Cell = "positive"
    negative: Cell = "negative"
    unlabelled: Cell | None = None
    splits: SplitNames | None = SplitNames()
    test_fraction: Fraction = 0.2
    seed: int = 123

    @model_validator(mode="after")
    def _labels_are_names(self) -> Self:
        for name in (self.positive, self.negative):
            if not name.isprintable():
                raise ValueError(f"{name!r} does not fit in a line; call the label something else")
        for one, other in combinations(("positive", "negative", "unlabelled"), 2):
            if getattr(self, one) == getattr(self, other):
                raise ValueError(f"{one} and {other} are both {getattr(self, one)!r}")
        return self


class ImdbParams(Section):
    """Where the reviews come from, and the hash that their content must have; null takes any."""

    KEY: ClassVar[str] = "imdb"

    source: OneOrMore = ("official",)
    content_sha256: Sha256 | None
    tables: TableParams | None = None

    @model_validator(mode="after")
    def _official_reviews_are_checked(self) -> Self:
        if "official" in self.source and (len(self.source) > 1 or self.content_sha256 is None):
            raise ValueError("source: 'official' stands alone, and has a content_sha256")
        return self

    @model_serializer(mode="wrap")
    def _as_given(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What says how tables are read is not told of an archive."""
        values: dict[str, Any] = handler(self)
        return {key: value for key, value in values.items() if key != "tables" or value}
