"""A trained variant as MLflow serves it: review texts in, label and probability out.

MLflow copies this file into the model and runs it when the model is loaded ("models from
code"), beside a copy of this package, so that a model can be served where reelvec is not
installed. Nothing is pickled.
"""

from pathlib import Path

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel, PythonModelContext

THRESHOLD = 0.5


class ReviewClassifier(PythonModel):
    """Tells whether film reviews praise or pan."""

    def load_context(self, context: PythonModelContext) -> None:
        """Load the variant's folder, which MLflow keeps as the artifact `model`."""
        from reelvec.predictor import Predictor

        self._predictor = Predictor.load(Path(context.artifacts["model"]))

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
            a table with the same rows: `label` ("positive" or "negative") and `probability`
            (float64, of "positive").
        """
        probabilities = self._predictor.probabilities(model_input["text"].tolist())
        labels = ["positive" if p >= THRESHOLD else "negative" for p in probabilities]
        return pd.DataFrame({"label": labels, "probability": probabilities})


set_model(ReviewClassifier())
