"""`baselines` of `params.yaml`: the linear classifiers."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from reelvec.base.project.section import Section, Text, Word

Weighting = Literal["binary", "tfidf", "naive_bayes", "average"]
Solver = Literal["liblinear", "lbfgs"]


class BaselineParams(Section):
    """One linear classifier.

    `weighting` is what counts become: `binary` (one-hot), `tfidf` (with L2 norm), `naive_bayes`
    (Wang and Manning 2012), or `average` (the mean of the words' vectors in `embedding`).
    With `negation_scope: 3` each of three words behind a negation is another word than elsewhere.
    `strength` is scikit-learn's C, the inverse of the regularisation. `solver` finds the weights:
    scikit-learn's liblinear, which punishes a large intercept too, or SciPy's L-BFGS, which does
    not, needs less time to start, and may be stopped early by few `iterations`. `refit` learns a
    second time, from the validation reviews too, once the first has been judged by them. One that
    `teaches` keeps what it says of the unlabelled reviews, for students to learn.
    """

    KEY: ClassVar[str] = "baselines"

    text: Text = "plain"
    weighting: Weighting
    embedding: Word | None = None
    ngrams: int = Field(1, ge=1, le=4)
    min_count: int = Field(2, ge=1)
    negation_scope: int = Field(0, ge=0, le=100)
    strength: float = Field(1.0, gt=0)
    solver: Solver = "liblinear"
    iterations: int = Field(1000, ge=1)
    refit: bool = True
    teaches: bool = False

    @model_validator(mode="after")
    def _vectors_are_of_words(self) -> Self:
        if (self.weighting == "average") != (self.embedding is not None):
            raise ValueError(
                "`weighting: average` needs an `embedding` (for example glove), and no other does"
            )
        if self.weighting == "average" and (self.ngrams > 1 or self.negation_scope):
            raise ValueError(
                f"{self.embedding} has vectors of words only: set `ngrams: 1`, `negation_scope: 0`"
            )
        return self
