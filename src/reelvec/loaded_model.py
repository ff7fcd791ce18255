"""Trained variants for notebooks and other programs: `reelvec.load("scratch")`."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.variants import VariantParams
from reelvec.base.schema.whole import load_params
from reelvec.evaluation.results import MODELS, Trained
from reelvec.given_texts import as_texts
from reelvec.models.odds import both_probabilities, log_odds
from reelvec.models.predictor import Predictor

if TYPE_CHECKING:
    from gensim.models import KeyedVectors
    from matplotlib.figure import Figure

    from reelvec.evaluation.explain import Contribution

LABELS = ("negative", "positive")
SHOWN_METRICS = ("accuracy", "f1", "roc_auc", "log_loss", "test_reviews")


@dataclass(frozen=True)
class Variant:
    """A trained variant: what it says of texts, its vectors, and how it did in the test.

    Attributes:
        name: its entry in `params.yaml`.
        root: the project's folder.
        predictor: the model with its preprocessing and its vocabulary.

    >>> scratch = load("scratch", root)
    >>> scratch.predict(["A wonderful film.", "Dull, dull, dull."])
    ['positive', 'negative']
    >>> scratch.predict_proba(["A wonderful film."]).shape
    (1, 2)
    >>> [each.words for each in scratch.explain("Not a wonderful film, but a dull one!")][:2]
    ['dull', 'wonderful']
    """

    name: str
    root: Path
    predictor: Predictor

    @property
    def params(self) -> VariantParams:
        """What it was trained with."""
        return self.predictor.params

    @cached_property
    def embeddings(self) -> "KeyedVectors":
        """Its words and their vectors, as gensim's `KeyedVectors`."""
        from reelvec.spaces.keyed_vectors import load_space

        return load_space(self.name, self.root / MODELS)

    @cached_property
    def metrics(self) -> dict[str, float]:
        """Its results on the test reviews; empty before `dvc repro evaluate@<name>`."""
        return Trained(self.root).metrics("evaluate", self.name)

    def predict(self, texts: Iterable[str]) -> list[str]:
        """`positive` or `negative` for each text.

        Args:
            texts: a list, an array of one dimension, a column of a table.

        Raises:
            ReelvecError: there is something that is no text, at the position named.
        """
        return [LABELS[int(each[1] > each[0])] for each in self.predict_proba(texts)]

    def predict_proba(self, texts: Iterable[str]) -> NDArray[np.float64]:
        """Probabilities of `negative` and `positive`: float64 (texts, 2); errors as `predict`."""
        reviews = self.predictor.tokenizer.encode(as_texts(texts))
        return both_probabilities(log_odds(self.predictor.model, reviews))

    def explain(self, text: str) -> list["Contribution"]:
        """What each word and n-gram adds to the log odds of `positive`, the weightiest first."""
        from reelvec.evaluation.explain import contributions

        return contributions(self.predictor, as_texts([text], "text"))[0]

    def plot_words(self, words: int = 400, labels: int = 60) -> "Figure":
        """Draw the most frequent words' vectors, coloured by the sentiment of their reviews.

        Args:
            words: points, at most.
            labels: how many of them have their word beside them.

        Raises:
            ReelvecError: the training reviews are not there, or the words are too few.
        """
        from reelvec.base.provenance import IMDB_METRICS, data_line
        from reelvec.report.figures import draw_words
        from reelvec.spaces.word_map import map_words, words_to_label
        from reelvec.text.dataset import Dataset
        from reelvec.text.vocabulary import Vocabulary

        data = self.root / "data" / self.params.text
        if not (data / "vocab.tsv").exists():
            raise ReelvecError(f"{data}: the reviews are not there; run `make repro` first")
        params = load_params(self.root / "params.yaml").visualization
        word_map = map_words(
            {self.name: self.embeddings},
            Vocabulary.load(data / "vocab.tsv"),
            Dataset.load(data / "train"),
            params.model_copy(update={"words": words}),
        )
        source = data_line(self.root / IMDB_METRICS)
        figure = draw_words(word_map, words_to_label(word_map, labels), source)
        # One panel is narrower than the line that explains it.
        figure.texts[-1].set_wrap(True)
        return figure

    def __repr__(self) -> str:
        accuracy = f", accuracy={self.metrics['accuracy']:.4f}" if self.metrics else ""
        return f"Variant({self.name!r}, encoder={self.params.encoder!r}{accuracy})"

    def _repr_html_(self) -> str:
        """A table for notebooks: what it was trained with, and how it did in the test."""
        params = self.params.model_dump(exclude_defaults=True)
        metrics: dict[str, Any] = {
            key: self.metrics[key] for key in SHOWN_METRICS if key in self.metrics
        }
        rows = {**params, **(metrics or {"test": "not evaluated yet"})}.items()
        return (
            f"<table><caption>{escape(self.name)}</caption>"
            + "".join(
                f"<tr><th>{escape(str(key))}</th><td>{escape(_shown(value))}</td></tr>"
                for key, value in rows
            )
            + "</table>"
        )


def load(name: str, root: Path | str = ".") -> Variant:
    """A trained variant by its name in `params.yaml`.

    Args:
        name: of the variant.
        root: the project's folder, or that of a demo.

    Raises:
        ReelvecError: none of this name has been trained; the message lists those that have.

    >>> load("scratch", root).params.encoder
    'mean'
    """
    trained = Trained(Path(root))
    return Variant(
        trained.choose_variant(name), Path(root), Predictor.load(Path(root) / MODELS / name)
    )


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
