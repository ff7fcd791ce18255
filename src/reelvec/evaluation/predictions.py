"""What a variant predicted for each test review: `data/predictions/<variant>.parquet`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import run_again
from reelvec.base.project.files import replacing
from reelvec.base.project.paths import MODELS, PLOTS, PREDICTIONS, TRAIN_METRICS
from reelvec.models.logits import THRESHOLD

RESULTS_OF_VARIANTS = MappingProxyType(
    {
        MODELS: "",
        TRAIN_METRICS: ".json",
        PLOTS / "training": ".csv",
    }
)
"""Folders with one entry a variant, and what follows the variant in the entry's name."""


@dataclass(frozen=True, slots=True)
class Predictions:
    """P(positive) of each test review, in the row order of `data/processed/test`.

    Attributes:
        review_ids: int32 (reviews,), unique only together with the label.
        labels: int8 (reviews,), 1 positive and 0 negative.
        probabilities: float64 (reviews,), not rounded: a rounded probability would tie reviews
            that the model ranks, and change the ROC curve.
    """

    review_ids: NDArray[np.int32]
    labels: NDArray[np.int8]
    probabilities: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def predicted(self) -> NDArray[np.int8]:
        """The label predicted for each review, int8 (reviews,)."""
        return (self.probabilities > THRESHOLD).astype(np.int8)

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Whether each review's label was predicted, bool (reviews,)."""
        return np.equal(self.predicted, self.labels)

    def save(self, path: Path) -> None:
        """Write one row a review."""
        table = pa.table(
            {
                "review_id": pa.array(self.review_ids, pa.int32()),
                "label": pa.array(self.labels, pa.int8()),
                "probability": pa.array(self.probabilities, pa.float64()),
            }
        )
        with replacing(path) as temporary:
            pq.write_table(table, temporary)

    @classmethod
    def load(cls, path: Path) -> "Predictions":
        """Read what `save` wrote.

        Raises:
            ReelvecError: the file is missing or is something else.
        """
        try:
            table = pq.read_table(path, columns=["review_id", "label", "probability"])
            columns = [table[name].to_numpy() for name in ("review_id", "label", "probability")]
        except FileNotFoundError:
            raise ReelvecError(f"{path}: not there; {run_again('evaluate')}") from None
        except (pa.ArrowInvalid, KeyError) as error:
            raise ReelvecError(
                f"{path}: not a file of predictions ({' '.join(str(error).split())}); "
                f"{run_again('evaluate')}"
            ) from None
        return cls(*columns)


def load_predictions(names: Iterable[str], folder: Path = PREDICTIONS) -> dict[str, Predictions]:
    """Load the predictions of several models, and see that they are about the same reviews.

    Args:
        names: of the models.
        folder: with one file a model.

    Returns:
        the predictions by model, in that order.

    Raises:
        ReelvecError: a file is missing, or its rows are not those of the first model.
    """
    paths = {name: folder / f"{name}.parquet" for name in names}
    predictions = {name: Predictions.load(path) for name, path in paths.items()}
    first_name, first = next(iter(predictions.items()))
    for name, other in predictions.items():
        same = np.array_equal(first.labels, other.labels) and np.array_equal(
            first.review_ids, other.review_ids
        )
        if not same:
            raise ReelvecError(
                f"{paths[name]}: not the test reviews of {first_name}.parquet, so the two cannot "
                f"be compared; {run_again('evaluate')}"
            )
    return predictions


def check_leftovers(
    variants: Iterable[str], folders: Mapping[Path, str] = RESULTS_OF_VARIANTS
) -> None:
    """Refuse results of variants that are no longer in `params.yaml`.

    DVC leaves the outputs of a stage that was removed; a table or picture over "all variants"
    must not depend on whether someone has swept up.

    Args:
        variants: their names.
        folders: folders with one entry a variant, each with what follows the variant in the
            entry's name (such as `.json`, or "" for folders).

    Raises:
        ReelvecError: with the command that deletes all that is left over.
    """
    known = set(variants)
    left = [
        entry
        for folder, suffix in folders.items()
        for entry in sorted(folder.glob(f"*{suffix}"))
        if not entry.name.startswith(".") and entry.name.removesuffix(suffix) not in known
    ]
    if left:
        names = " ".join(entry.as_posix() for entry in left)
        raise ReelvecError(
            f"{left[0].as_posix()}: params.yaml has no variant of this name; if you removed it, "
            f"delete what it left: rm -r {names}"
        )
