"""`students` of `params.yaml`: networks that learn from what other models say."""

from typing import ClassVar

from pydantic import Field, model_validator

from reelvec.base.project.section import Word
from reelvec.base.schema.variants import VariantParams


class StudentParams(VariantParams):
    """A variant that learns the labels, and its teachers' probabilities of unlabelled reviews.

    The teachers are variants and baselines, weighed on the validation reviews as an ensemble
    is. One network answers then like several (distillation: Hinton, Vinyals and Dean 2015).
    """

    KEY: ClassVar[str] = "students"

    teachers: tuple[Word, ...] = Field(min_length=1)

    @property
    def variant(self) -> VariantParams:
        """The network without its teachers, as it is kept beside its weights."""
        return VariantParams(**self.model_dump(exclude={"teachers"}))

    @model_validator(mode="after")
    def _one_teaching(self) -> "StudentParams":
        if self.self_training:
            raise ValueError("its teachers label the unlabelled reviews: drop `self_training`")
        if self.teaches:
            raise ValueError("students have no students: drop `teaches`")
        return self
