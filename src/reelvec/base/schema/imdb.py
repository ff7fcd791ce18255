"""`imdb` of `params.yaml`: which reviews."""

from typing import ClassVar

from reelvec.base.project.section import Section, Sha256, Word


class ImdbParams(Section):
    """Where the reviews come from, and the hash that their content must have."""

    KEY: ClassVar[str] = "imdb"

    source: Word = "official"
    content_sha256: Sha256
