"""`ensembles` of `params.yaml`: several models as one."""

from typing import ClassVar

from pydantic import Field

from reelvec.base.project.section import Section, Word


class EnsembleParams(Section):
    """Variants and baselines whose logits are weighed on the validation reviews."""

    KEY: ClassVar[str] = "ensembles"

    members: tuple[Word, ...] = Field(min_length=2)
