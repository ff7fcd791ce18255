"""`serving` of `params.yaml`: how much a served model takes at once."""

from typing import ClassVar

from pydantic import Field

from reelvec.base.project.section import Section


class ServingParams(Section):
    """How much a model that MLflow serves takes in one request, for its time and memory.

    Five million characters are some 3,800 reviews: seconds for an ensemble, less than the minute
    that MLflow gives a request, and no more than about 200 MB while it is answered. Each review
    costs something by itself too, be it as short as it may.
    """

    KEY: ClassVar[str] = "serving"

    max_reviews: int = Field(10_000, ge=1)
    max_characters: int = Field(5_000_000, ge=1)
