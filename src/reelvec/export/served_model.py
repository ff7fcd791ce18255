"""A trained model as MLflow serves it: review texts in, label and probability out.

MLflow copies this file into the model and runs it when the model is loaded ("models from
code"), beside a copy of this package, so that a model can be served where reelvec is not
installed. Nothing is pickled.
"""

from collections.abc import Mapping, Sequence
from math import isnan
from pathlib import Path

import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import set_model
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from mlflow.pyfunc.model import PythonModel, PythonModelContext


class ServedModel(PythonModel):
    """Tells whether film reviews praise or pan."""

    def load_context(self, context: PythonModelContext) -> None:
        """Load the model's folder, which MLflow keeps as the artifact `model`."""
        from reelvec.models.load import read_model

        self._limits: Mapping[str, int] = context.model_config
        self._model = read_model(Path(context.artifacts["model"]))
        self._model.logits(["The first review takes longest."])

    def predict(
        self,
        context: PythonModelContext,  # noqa: ARG002 (MLflow's signature)
        model_input: pd.DataFrame,
        params: dict[str, object] | None = None,  # noqa: ARG002
    ) -> pd.DataFrame:
        """Classify reviews.

        Args:
            context: not used; the folder was loaded by `load_context`.
            model_input: a table with a string column `text`, one review a row.
            params: not used.

        Returns:
            a table with the same rows: `label` ("positive" or "negative", or what the data
            calls them) and `probability` (float64, of "positive").

        Raises:
            RefusedTextError: a text is no string, or they are too many or too long; MLflow's
                server answers with status 400.
        """
        from reelvec.models.logits import label_of, probabilities_of
        from reelvec.text.blocks import blocks_of

        values = model_input["text"].tolist()
        _require_few(values, self._limits["max_reviews"], self._limits["max_characters"])
        blocks = blocks_of(_strings(values), len(values))
        logits = [np.zeros(0), *(self._model.logits(block) for block in blocks)]
        probabilities = probabilities_of(np.concatenate(logits))
        names = self._model.labels
        labels = [label_of(probability, names) for probability in probabilities.tolist()]
        return pd.DataFrame({"label": labels, "probability": probabilities})


class RefusedTextError(MlflowException):
    """Input that is no review, and one line that says so.

    MLflow's server puts the whole table in front of an exception's message. This one keeps it.
    """

    def __init__(self, message: str) -> None:
        self._message = message
        super().__init__(message, error_code=INVALID_PARAMETER_VALUE)

    @property
    def message(self) -> str:
        """What was wrong."""
        return self._message

    @message.setter
    def message(self, _: str) -> None: ...


def _require_few(values: Sequence[object], reviews: int, characters: int) -> None:
    """See that there are no more than so many reviews, and characters in them together."""
    if len(values) > reviews:
        raise RefusedTextError(
            f"{len(values):,} reviews in one request, of {reviews:,} at most: send fewer at a time"
        )
    given = sum(len(value) for value in values if isinstance(value, str))
    if given > characters:
        raise RefusedTextError(
            f"{given:,} characters in one request, of {characters:,} at most: send fewer or "
            "shorter reviews at a time"
        )


def _strings(values: Sequence[object]) -> list[str]:
    """The texts, each of them valid Unicode."""
    texts = []
    for row, value in enumerate(values, 1):
        if not isinstance(value, str):
            missing = value is None or value is pd.NA or (isinstance(value, float) and isnan(value))
            shown = "null" if missing else " ".join(repr(value).split())
            raise RefusedTextError(
                f"text, row {row}: {shown[:60]} is not a string; give the review in quotes, "
                '"" for an empty one'
            )
        # Half of an emoji, as a client's cut can leave it, is an unknown character.
        texts.append(value.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    return texts


set_model(ServedModel())
