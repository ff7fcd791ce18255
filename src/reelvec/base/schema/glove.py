"""`glove` of `params.yaml`: which pretrained vectors."""

from typing import ClassVar

from pydantic import Field

from reelvec.base.project.section import Section, Sha256, Word


class GloveParams(Section):
    """Where the pretrained vectors come from, how many are kept, the hash of the kept lines."""

    KEY: ClassVar[str] = "glove"

    source: Word = "official"
    dimension: int = Field(50, ge=1, le=2000)
    max_words: int | None = Field(None, ge=1)
    content_sha256: Sha256
