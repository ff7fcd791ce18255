"""Several classifiers as one: their logits weighed by a logistic regression on validation."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import run_again
from reelvec.base.project.files import read_json, replacing, write_json
from reelvec.base.project.paths import CONFIG
from reelvec.base.project.provenance import LabelNames
from reelvec.base.project.section import Text
from reelvec.models.logits import Logits
from reelvec.models.model import SingleModel
from reelvec.text.ragged import Ragged

DECIMALS = 6

TAIL = 0.02
"""Share of the validation logits at either end that are drawn in to where the others end."""

FOLDS = 5
SEED = 123


@dataclass(frozen=True, slots=True)
class Member:
    """One classifier's part in an ensemble.

    Attributes:
        weight: of its logit in the sum.
        lowest: smaller logits count as this: a text of three words can be given a logit far
            beyond those of whole reviews.
        highest: larger logits count as this.
    """

    weight: float
    lowest: float
    highest: float

    def counted(self, logits: Logits) -> Logits:
        """Its logits as they count in the sum, before they are weighed."""
        return np.asarray(np.clip(logits, self.lowest, self.highest), np.float64)


@dataclass(frozen=True, slots=True)
class Weighing:
    """A weighted sum of logits (stacking, Wolpert 1992); no weight is below 0.

    Attributes:
        members: by the names of variants and baselines.
        intercept: added to the sum.
    """

    members: dict[str, Member]
    intercept: float

    def combined(self, logits: Mapping[str, Logits]) -> Logits:
        """The sum of each member's logits, float64 (reviews,)."""
        terms = [each.weight * each.counted(logits[name]) for name, each in self.members.items()]
        return np.asarray(self.intercept + np.sum(terms, axis=0), np.float64)

    def save(self, folder: Path) -> None:
        """Write `config.json`, replacing the folder."""
        members = {name: asdict(member) for name, member in self.members.items()}
        with replacing(folder) as temporary:
            temporary.mkdir()
            write_json(temporary / CONFIG, {"intercept": self.intercept, "members": members})

    @classmethod
    def load(cls, folder: Path) -> "Weighing":
        """Read what `save` wrote.

        Raises:
            ReelvecError: the file is missing or damaged.
        """
        try:
            content = read_json(folder / CONFIG)
            members = {name: Member(**each) for name, each in content["members"].items()}
            return cls(members, float(content["intercept"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ReelvecError(
                f"{folder}: no ensemble ({type(error).__name__}); {run_again('train_ensembles')}"
            ) from None


@dataclass(frozen=True, slots=True)
class Ensemble:
    """A weighing together with its members, for raw texts.

    Attributes:
        name: its entry in `params.yaml`.
        weighing: how their logits are added up.
        members: the models by name; those that share a tokenizer are given the same ids.
    """

    name: str
    weighing: Weighing
    members: Mapping[str, SingleModel]

    @property
    def texts(self) -> frozenset[Text]:
        """The kinds of text that its members read."""
        return frozenset().union(*(member.texts for member in self.members.values()))

    @property
    def labels(self) -> LabelNames:
        """What the data of its members calls negative and positive reviews."""
        return next(iter(self.members.values())).labels

    def logits(self, texts: Sequence[str]) -> Logits:
        """Log odds of `positive` of raw texts, float64 (texts,)."""
        tokenizers = {id(each.tokenizer): each.tokenizer for each in self.members.values()}
        reviews = {which: tokenizer.encode(texts) for which, tokenizer in tokenizers.items()}
        return self.weighing.combined(
            {
                name: member.logits_of(dict.fromkeys(member.texts, reviews[id(member.tokenizer)]))
                for name, member in self.members.items()
            }
        )

    def logits_of(self, reviews: Mapping[Text, Ragged]) -> Logits:
        """The same of reviews that are vocabulary ids already, by kind of text."""
        return self.weighing.combined(
            {name: member.logits_of(reviews) for name, member in self.members.items()}
        )


def fit_weighing(
    validation: Mapping[str, Logits], labels: NDArray[np.int8]
) -> tuple[Weighing, float]:
    """Weigh the members on validation reviews that none of them was trained on.

    A logistic regression whose weights are not negative: a member that would be held against its
    own verdict has no say, so that what all members call praise is praise (Breiman 1996).

    Args:
        validation: each member's logits, float64 (reviews,).
        labels: int8 (reviews,), 1 positive and 0 negative.

    Returns:
        the weighing, of the members whose weight is above 0, and the accuracy of those fitted on
        four fifths and tried on the rest.

    Raises:
        ReelvecError: no member tells the labels apart, or there are too few reviews to see.
    """
    from sklearn.model_selection import StratifiedKFold

    fewest = int(np.bincount(labels, minlength=2).min())
    if fewest < FOLDS:
        raise ReelvecError(
            f"{fewest} of {len(labels)} validation reviews have one of the labels: too few to "
            f"weigh models on, which needs {FOLDS}; give more reviews, raise "
            "vocabulary.validation_fraction, or leave `students` and `ensembles` out: {}"
        )
    logits = np.stack(list(validation.values()), axis=1)  # (reviews, members)
    lowest, highest = np.round(np.quantile(logits, [TAIL, 1 - TAIL], axis=0), DECIMALS)
    logits = np.clip(logits, lowest, highest)
    scale = logits.std(axis=0)
    scale[scale == 0] = 1
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    right = np.zeros(len(labels), bool)
    for learned, tried in folds.split(logits, labels):
        weights, intercept = _non_negative_regression(logits[learned] / scale, labels[learned])
        right[tried] = (logits[tried] / scale @ weights + intercept > 0) == labels[tried]
    weights, intercept = _non_negative_regression(logits / scale, labels)
    weights = np.round(weights / scale, DECIMALS)
    columns = zip(weights.tolist(), lowest.tolist(), highest.tolist(), strict=True)
    members = {name: Member(*each) for name, each in zip(validation, columns, strict=True)}
    heard = {name: member for name, member in members.items() if member.weight > 0}
    if not heard:
        raise ReelvecError(
            f"params.yaml: ensembles: {', '.join(validation)}: none of them tells the validation "
            "reviews apart; choose other members"
        )
    return Weighing(heard, round(intercept, DECIMALS)), float(right.mean())


def _non_negative_regression(
    logits: NDArray[np.float64], labels: NDArray[np.int8]
) -> tuple[NDArray[np.float64], float]:
    """Weights of 0 and more, float64 (members,), and the intercept, with an L2 penalty of 1."""
    from scipy.optimize import minimize
    from scipy.special import expit

    signs = 2.0 * labels - 1
    inputs = np.column_stack([logits, np.ones(len(labels))])  # (reviews, members + 1)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = signs * (inputs @ weights)
        penalised = np.append(weights[:-1], 0.0)
        gradient = penalised - inputs.T @ (signs * expit(-margins))
        return 0.5 * penalised @ penalised + np.logaddexp(0, -margins).sum(), gradient

    members = logits.shape[1]
    bounds = [(0.0, None)] * members + [(None, None)]
    start = np.zeros(members + 1)
    options = {"ftol": 1e-14, "gtol": 1e-9, "maxiter": 1000}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return found.x[:-1], float(found.x[-1])
