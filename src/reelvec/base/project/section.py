"""What all sections of `params.yaml` have in common."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

Text = Literal["processed", "plain"]
Fraction = Annotated[float, Field(gt=0, lt=1)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Word = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]

GLOVE = "glove"
"""The name that means the GloVe vectors as published, wherever vectors or spaces are named."""

MAX_DIMENSION = 2000


class Section(BaseModel):
    """A part of `params.yaml`: unknown keys and silent conversions are refused.

    `KEY` is the section's name there, or that of the section whose entries are such.
    """

    KEY: ClassVar[str]
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
