"""`similarities` of `params.yaml`: what the embedding spaces are asked."""

from typing import ClassVar

from pydantic import Field

from reelvec.base.project.section import Section, Word


class SimilarityParams(Section):
    """What the embedding spaces are asked."""

    KEY: ClassVar[str] = "similarities"

    spaces: tuple[Word, ...] = Field(min_length=1)
    neighbors: int = Field(10, ge=1)
    restrict: int | None = Field(30_000, ge=1)
    probe_words: tuple[Word, ...]
    pairs: tuple[tuple[Word, Word], ...]
    analogies: tuple[tuple[Word, Word, Word, Word], ...]
    positive_words: tuple[Word, ...] = Field(min_length=2)
    negative_words: tuple[Word, ...] = Field(min_length=2)
