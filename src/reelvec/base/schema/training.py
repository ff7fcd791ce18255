"""`training` of `params.yaml`: what all trainings share."""

from typing import ClassVar, Literal

from pydantic import Field

from reelvec.base.project.section import Section

Device = Literal["auto", "cpu", "cuda"]


class TrainingParams(Section):
    """What all variants share."""

    KEY: ClassVar[str] = "training"

    device: Device = "cpu"
    threads: int = Field(1, ge=1, le=1024)
