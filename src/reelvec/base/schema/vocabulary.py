"""`vocabulary` of `params.yaml`: which tokens have an id."""

from typing import ClassVar

from pydantic import Field

from reelvec.base.project.section import Fraction, Section


class VocabularyParams(Section):
    """Which tokens get an id, and how the training reviews are split."""

    KEY: ClassVar[str] = "vocabulary"

    max_size: int | None = Field(25_000, ge=1)
    min_count: int = Field(2, ge=1)
    validation_fraction: Fraction = 0.2
    seed: int = Field(123, ge=0, lt=2**32)
