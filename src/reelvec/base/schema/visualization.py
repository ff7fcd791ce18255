"""`visualization` of `params.yaml`: what the pictures show."""

from typing import ClassVar

from pydantic import Field

from reelvec.base.project.section import Section, Word


class VisualizationParams(Section):
    """What the pictures show."""

    KEY: ClassVar[str] = "visualization"

    words: int = Field(400, ge=10)
    labels: int = Field(60, ge=0)
    spaces: tuple[Word, ...] = Field(min_length=1)
    min_document_count: int = Field(20, ge=1)
