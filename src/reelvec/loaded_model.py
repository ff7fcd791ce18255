"""Trained models for notebooks and other programs: `reelvec.load("scratch")`."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.project.paths import IMDB_METRICS, PARAMS, TRAIN, VOCABULARY, reviews_of
from reelvec.evaluation.results import Results
from reelvec.given_texts import as_texts
from reelvec.models.ensemble import Ensemble
from reelvec.models.linear import Baseline
from reelvec.models.load import load_model
from reelvec.models.logits import both_probabilities
from reelvec.models.model import Model
from reelvec.text.blocks import blocks_of

if TYPE_CHECKING:
    from gensim.models import KeyedVectors
    from matplotlib.figure import Figure

    from reelvec.evaluation.explain import Contribution

SHOWN_METRICS = ("accuracy", "f1", "roc_auc", "log_loss", "test_reviews")


@dataclass(frozen=True)
class LoadedModel:
    """A variant, baseline or ensemble: what it says of texts, and how it did in the test.

    Attributes:
        name: its entry in `params.yaml`.
        root: the project's folder.
        model: what gives the logits.

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
    model: Model

    @property
    def settings(self) -> dict[str, Any]:
        """What makes it the model that it is: a variant's parameters that are not the defaults."""
        if isinstance(self.model, Ensemble):
            return {name: each.weight for name, each in self.model.weighing.members.items()}
        if isinstance(self.model, Baseline):
            return {"text": self.model.text, "weighting": self.model.weighting}
        settings: dict[str, Any] = self.model.params.model_dump(exclude_defaults=True)  # type: ignore[attr-defined]
        return {"encoder": self.model.params.encoder, **settings}  # type: ignore[attr-defined]

    @cached_property
    def embeddings(self) -> "KeyedVectors":
        """Its words and their vectors, as gensim's `KeyedVectors`.

        Raises:
            ReelvecError: it is no variant, and has none.
        """
        if isinstance(self.model, Ensemble | Baseline):
            raise ReelvecError(f"{self.name} has no word vectors: only variants have them")
        from reelvec.spaces.keyed_vectors import load_space

        return load_space(self.name, self.root)

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """Its results on the test reviews; empty before `dvc repro evaluate`."""
        return Results(self.root).testing(self.name)

    def predict(self, texts: Iterable[str]) -> list[str]:
        """`positive` or `negative` for each text, as its data calls them.

        Args:
            texts: a list, an array of one dimension, a column of a table.

        Raises:
            ReelvecError: there is something that is no text, at the position named.
        """
        return [self.model.labels[int(each[1] > each[0])] for each in self.predict_proba(texts)]

    def predict_proba(self, texts: Iterable[str]) -> NDArray[np.float64]:
        """Probabilities of `negative` and `positive`: float64 (texts, 2); errors as `predict`."""
        given = as_texts(texts)
        logits = [self.model.logits(block) for block in blocks_of(given, len(given))]
        return both_probabilities(np.concatenate([np.zeros(0), *logits]))

    def explain(self, text: str) -> list["Contribution"]:
        """What each word and n-gram adds to the log odds of `positive`, the weightiest first."""
        from reelvec.evaluation.explain import contributions

        return contributions(self.model, as_texts([text], "text"))[0]

    def plot_words(self, words: int = 400, labels: int = 60) -> "Figure":
        """Draw the most frequent words' vectors, coloured by the sentiment of their reviews.

        Args:
            words: points, at most.
            labels: how many of them have their word beside them.

        Raises:
            ReelvecError: it has no vectors, the training reviews are not there, or the words are
                too few.
        """
        from reelvec.base.project.params_file import read_section
        from reelvec.base.project.provenance import data_line
        from reelvec.base.schema.visualization import VisualizationParams
        from reelvec.report.figures.words import draw_words
        from reelvec.spaces.word_map import map_words, words_to_label
        from reelvec.text.dataset import Dataset
        from reelvec.text.vocabulary import Vocabulary

        vectors = self.embeddings
        (text,) = self.model.texts
        data = self.root / reviews_of(text)
        if not (data / VOCABULARY).exists():
            raise ReelvecError(f"{data}: the reviews are not there; run `make repro` first")
        params = read_section(VisualizationParams, self.root / PARAMS)
        word_map = map_words(
            {self.name: vectors},
            Vocabulary.load(data / VOCABULARY),
            Dataset.load(data / TRAIN),
            params.model_copy(update={"words": words}),
        )
        source = data_line(self.root / IMDB_METRICS)
        figure = draw_words(word_map, words_to_label(word_map, labels), source)
        # One panel is narrower than the line that explains it.
        figure.texts[-1].set_wrap(True)
        return figure

    def __repr__(self) -> str:
        accuracy = f", accuracy={self.metrics['accuracy']:.4f}" if self.metrics else ""
        kind = "" if "encoder" not in self.settings else f", encoder={self.settings['encoder']!r}"
        return f"LoadedModel({self.name!r}{kind}{accuracy})"

    def _repr_html_(self) -> str:
        """A table for notebooks: what it was trained with, and how it did in the test."""
        metrics: dict[str, Any] = {
            key: self.metrics[key] for key in SHOWN_METRICS if key in self.metrics
        }
        rows = {**self.settings, **(metrics or {"test": "not evaluated yet"})}.items()
        return (
            f"<table><caption>{escape(self.name)}</caption>"
            + "".join(
                f"<tr><th>{escape(str(key))}</th><td>{escape(_shown(value))}</td></tr>"
                for key, value in rows
            )
            + "</table>"
        )


def load(name: str, root: Path | str = ".") -> LoadedModel:
    """A trained variant, baseline or ensemble by its name in `params.yaml`.

    Args:
        name: of the model.
        root: the project's folder, or that of a demo.

    Raises:
        ReelvecError: none of this name has been trained; the message lists those that have.

    >>> load("scratch", root).settings["encoder"]
    'mean'
    """
    place = Path(root)
    return LoadedModel(name, place, load_model(Results(place).choose_model(name), place))


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
