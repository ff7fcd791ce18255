"""`evaluation` of `params.yaml`: how the test results are described."""

from typing import ClassVar

from pydantic import Field

from reelvec.base.project.section import Fraction, Section


class EvaluationParams(Section):
    """How the test results are described."""

    KEY: ClassVar[str] = "evaluation"

    confidence: Fraction = 0.95
    calibration_bins: int = Field(15, ge=2, le=1000)
    mistakes: int = Field(10, ge=0)
