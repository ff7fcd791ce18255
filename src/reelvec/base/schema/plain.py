"""`plain` of `params.yaml`: the reviews a second time, all words kept."""

from typing import ClassVar

from pydantic import Field

from reelvec.base.project.section import Section
from reelvec.base.schema.preprocess import PreprocessParams


class PlainParams(Section):
    """The reviews a second time, for what reads n-grams or the order of the words.

    All words stay, and each training word that occurs `min_count` times has an id. The division
    of the reviews is that of `vocabulary`.
    """

    KEY: ClassVar[str] = "plain"

    preprocess: PreprocessParams
    max_size: int | None = Field(None, ge=1)
    min_count: int = Field(2, ge=1)
