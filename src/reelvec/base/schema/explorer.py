"""`explorer` of `params.yaml`: the embedding explorer."""

from typing import ClassVar, Literal

from pydantic import Field

from reelvec.base.project.section import Section, Word

Projection = Literal["pca", "tsne"]


class ExplorerParams(Section):
    """The embedding explorer in the report: which spaces, how many words, drawn by which maps."""

    KEY: ClassVar[str] = "explorer"

    spaces: tuple[Word, ...] = Field(min_length=1)
    words: int = Field(12_000, ge=3)
    projections: tuple[Projection, ...] = Field(("pca",), min_length=1)
    seed: int = Field(123, ge=0)
