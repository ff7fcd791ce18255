"""`export` of `params.yaml`: what is written for other programs."""

from typing import ClassVar

from pydantic import Field

from reelvec.base.project.section import Section, Word


class ExportParams(Section):
    """What is written for other programs.

    `spaces` are variants whose embeddings are, those of `text: processed`; `models` are variants
    that are as a whole, for MLflow and as ONNX.
    """

    KEY: ClassVar[str] = "export"

    spaces: tuple[Word, ...] = Field(min_length=1)
    models: tuple[Word, ...] = ()
    glove_words: int | None = Field(None, ge=1)
