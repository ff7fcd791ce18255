"""`tracking` of `params.yaml`: what MLflow is told."""

from typing import ClassVar

from reelvec.base.project.section import Section, Word


class TrackingParams(Section):
    """What MLflow is told."""

    KEY: ClassVar[str] = "tracking"

    experiment: Word = "reelvec"
    model: bool = True
