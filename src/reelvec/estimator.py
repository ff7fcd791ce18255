"""The pipeline's classifiers as a scikit-learn estimator: texts and labels in, no files."""

from collections.abc import Iterable
from dataclasses import asdict
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, get_args

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import ArrayLike, NDArray
from pydantic import ValidationError
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from reelvec.base.messages import did_you_mean
from reelvec.base.project.section import Section, Text
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.variants import NAIVE_BAYES, RANDOM, Encoder, Side, Summary, VariantParams
from reelvec.base.schema.vocabulary import VocabularyParams
from reelvec.given_texts import InputTypeError, InputValueError, as_texts, is_missing
from reelvec.models.classifier import Classifier
from reelvec.models.logits import Logits, both_probabilities
from reelvec.models.predictor import Predictor
from reelvec.models.rounds import TrainingParts, fit, fit_on_all
from reelvec.text.columns import tokenize
from reelvec.text.dataset import Dataset
from reelvec.text.parts import stratified_split
from reelvec.text.tokenizer import Tokenizer
from reelvec.text.vocabulary import RESERVED, build_vocabulary

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

CPU = torch.device("cpu")

AnySection = TypeVar("AnySection", bound=Section)

EXCEPTED = "best better interesting less least more most worse worst"
KEPT = """
again all almost also although both but cannot could cry empty enough even ever every everything
few full hardly however if interest interesting least less more most much neither never no nobody
none nor not nothing nowhere off only perhaps rather serious should sincere so still thin though
too top very well why without would yet
"""

STEPS_OF: dict[Text, PreprocessParams] = {
    "processed": PreprocessParams(
        lemmatize_except=tuple(EXCEPTED.split()), keep=tuple(KEPT.split())
    ),
    "plain": PreprocessParams(contractions=False, lemmatize=False, stopwords="none"),
}
"""`preprocess` and `plain.preprocess` as `params.yaml` comes with them."""


class ReviewClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Tells two kinds of texts apart, by an embedding that it learns from them.

    What an entry of `variants` in `params.yaml` does, without the files: the same preprocessing,
    vocabulary, network and training, on the CPU with one thread. The same texts, labels and
    `random_state` give the same bits.

    Args:
        preprocess: `processed` (lemmas without stopwords), `plain` (all words), or steps of
            your own.
        max_size: most frequent words that get a vector; None for all.
        min_count: how often a word must occur to get one.
        embedding: `random`, or `naive_bayes` (starts from log-count ratios; needs `hidden=0`).
        dimension: of a vector, or `auto`.
        initial_deviation: standard deviation of the vectors to start from.
        encoder: bags of words: mean, sqrtn, max, mean_max; attention; in order: cnn, lstm, gru.
        ngrams: words in the longest n-gram that has a vector of its own; for bags of words.
        min_ngram_count: how often an n-gram must occur to get one.
        distinct: whether each word counts once a text; for bags of words.
        units: of an LSTM or GRU, or filters of each width of a CNN.
        layers: of an LSTM or GRU.
        bidirectional: whether an LSTM or GRU reads backwards too.
        summary: what becomes of the outputs of an LSTM or GRU: last, mean or max.
        kernels: widths of a CNN's filters.
        max_length: words of a text that are read; None for all.
        truncating: whether longer texts lose their beginning (`pre`) or their end (`post`).
        hidden: units of the layer before the output; 0 for none.
        dropout: share of the features that training leaves out.
        weight_decay: L2 penalty.
        learning_rate: size of a step.
        batch_size: texts in a step.
        epochs: times that the texts are gone through, at most.
        validation_fraction: share of the texts that decides when to stop; None learns from all
            of them, for all of the epochs.
        patience: epochs without a smaller validation loss before training stops.
        refit: whether to train again on all texts, for as many epochs as were best; where there
            is a `validation_fraction`.
        random_state: seed of everything that is random.

    Attributes:
        classes_: the two labels, sorted; the second is the one that `decision_function` is
            positive for.
        predictor_: the model with its vocabulary; its `save` writes what `reelvec.load` reads.
        history_: losses and accuracies, a dictionary an epoch.

    >>> texts = ["a wonderful film", "wonderful actors", "a dull film", "dull actors"] * 10
    >>> labels = ["good", "good", "bad", "bad"] * 10
    >>> classifier = ReviewClassifier(dimension=8, learning_rate=0.05).fit(texts, labels)
    >>> classifier.predict(["What a wonderful plot!", "Dull, dull, dull."]).tolist()
    ['good', 'bad']
    >>> classifier.classes_.tolist(), classifier.predict_proba(["wonderful"]).shape
    (['bad', 'good'], (1, 2))
    """

    def __init__(
        self,
        *,
        preprocess: Text | PreprocessParams = "processed",
        max_size: int | None = 25_000,
        min_count: int = 2,
        embedding: Literal["random", "naive_bayes"] = "random",
        dimension: int | Literal["auto"] = 100,
        initial_deviation: float | None = 0.1,
        encoder: Encoder = "mean",
        ngrams: int = 1,
        min_ngram_count: int = 2,
        distinct: bool = False,
        units: int = 100,
        layers: int = 1,
        bidirectional: bool = False,
        summary: Summary = "last",
        kernels: tuple[int, ...] = (3, 4, 5),
        max_length: int | None = None,
        truncating: Side = "post",
        hidden: int = 0,
        dropout: float = 0.3,
        weight_decay: float = 0.0,
        learning_rate: float = 0.002,
        batch_size: int = 128,
        epochs: int = 10,
        validation_fraction: float | None = None,
        patience: int = 3,
        refit: bool = False,
        random_state: int | np.random.RandomState | None = 123,
    ) -> None:
        self.preprocess = preprocess
        self.max_size = max_size
        self.min_count = min_count
        self.embedding = embedding
        self.dimension = dimension
        self.initial_deviation = initial_deviation
        self.encoder = encoder
        self.ngrams = ngrams
        self.min_ngram_count = min_ngram_count
        self.distinct = distinct
        self.units = units
        self.layers = layers
        self.bidirectional = bidirectional
        self.summary = summary
        self.kernels = kernels
        self.max_length = max_length
        self.truncating = truncating
        self.hidden = hidden
        self.dropout = dropout
        self.weight_decay = weight_decay
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.refit = refit
        self.random_state = random_state

    def fit(self, X: Iterable[str], y: ArrayLike) -> Self:  # noqa: N803
        """Learn from labelled texts.

        Args:
            X: raw texts: a list, an array of one dimension, a column of a table.
            y: a label each, two different ones.

        Raises:
            ReelvecError: texts, labels or parameters cannot be used. Where scikit-learn would
                raise a ValueError or a TypeError, it is one too.
        """
        texts = as_texts(X, "X")
        classes, labels = _two_classes(y, len(texts))
        steps, params, limits = _steps_of(self.preprocess), self._variant(), self._limits()
        corpus = tokenize(pa.array(texts, pa.string()), steps)
        training, validation = self._divided(labels, params.seed)
        vocabulary = build_vocabulary(corpus.lexicon, corpus.reviews.take(training), limits)
        encoded = corpus.reviews.map_ids(vocabulary.ids_of(corpus.lexicon))
        reviews = Dataset(encoded, labels, np.arange(len(labels), dtype=np.int32))
        parts = reviews.take(training), reviews.take(validation)
        model, history = _trained(params, vocabulary.tokens, *parts)
        # Single precision would judge a text alike in any company only to about six digits.
        model = model.double()
        self.classes_, self.history_ = classes, history
        tokenizer = Tokenizer(steps, vocabulary.tokens)
        self.predictor_ = Predictor("review_classifier", params, tokenizer, model)
        return self

    def decision_function(self, X: Iterable[str]) -> NDArray[np.float64]:  # noqa: N803
        """Log odds of the second class, float64 (texts,)."""
        check_is_fitted(self)
        logits: Logits = self.predictor_.logits(as_texts(X, "X"))
        return logits

    def predict_proba(self, X: Iterable[str]) -> NDArray[np.float64]:  # noqa: N803
        """Probabilities of both classes, in the order of `classes_`: float64 (texts, 2)."""
        return both_probabilities(self.decision_function(X))

    def predict(self, X: Iterable[str]) -> NDArray[Any]:  # noqa: N803
        """The more probable class of each text, (texts,) of the labels' type."""
        second = self.decision_function(X) > 0
        found: NDArray[Any] = self.classes_[second.astype(np.intp)]
        return found

    @property
    def embeddings_(self) -> "KeyedVectors":
        """The words' vectors as gensim's `KeyedVectors`; n-grams are no words."""
        from reelvec.spaces.keyed_vectors import keyed_vectors

        check_is_fitted(self)
        words, first = self.predictor_.tokenizer.vocabulary, len(RESERVED)
        weight = self.predictor_.model.embedding.weight.detach().float().numpy()
        return keyed_vectors(words[first:], weight[first : len(words)])

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn should know: texts of one dimension in, two classes out."""
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array, tags.input_tags.two_d_array = True, False
        tags.input_tags.string = True
        tags.classifier_tags.multi_class = False
        return tags

    def _variant(self) -> VariantParams:
        """The parameters that an entry of `variants` has too."""
        given = self.get_params(deep=False)
        values = {name: given[name] for name in given if name in VariantParams.model_fields}
        if isinstance(self.preprocess, str):
            values["text"] = self.preprocess
        return _checked(VariantParams, **values, seed=_seed_of(self.random_state))

    def _limits(self) -> VocabularyParams:
        values: dict[str, Any] = {"max_size": self.max_size, "min_count": self.min_count}
        if self.validation_fraction is not None:
            values["validation_fraction"] = self.validation_fraction
        return _checked(VocabularyParams, **values)

    def _divided(
        self, labels: NDArray[np.int8], seed: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows to learn from, and rows that decide when to stop: none without a fraction."""
        if self.validation_fraction is None:
            return np.arange(len(labels)), np.zeros(0, np.int64)
        return stratified_split(labels, float(self.validation_fraction), seed)


def _trained(
    params: VariantParams, tokens: list[str], training: Dataset, validation: Dataset
) -> tuple[Classifier, list[dict[str, float]]]:
    """A model and its learning curve; without validation texts all epochs are run."""
    if len(validation):
        fitted = fit(params, tokens, TrainingParts(training, validation), None, CPU)
        return fitted.model, [asdict(epoch) for epoch in fitted.history]
    history: list[dict[str, float]] = []

    def on_epoch(loss: float, accuracy: float) -> None:
        epoch = {"epoch": len(history) + 1, "train_loss": loss, "train_accuracy": accuracy}
        history.append(epoch)

    return fit_on_all(params, tokens, training, None, CPU, on_epoch), history


def _two_classes(y: ArrayLike, texts: int) -> tuple[NDArray[Any], NDArray[np.int8]]:
    """The two labels, sorted, and for each text which of them it has: int8 (texts,)."""
    if y is None:
        raise InputValueError("ReviewClassifier requires y to be passed, but the target y is None")
    given = column_or_1d(y, warn=True)
    if not texts or len(given) != texts:
        raise InputValueError(
            f"X has {texts:,} texts and y has {len(given):,} labels; give one label for each text, "
            "and at least two of them"
        )
    if given.dtype == object:
        missing = np.flatnonzero([is_missing(label) for label in given.tolist()])
        if len(missing):
            raise InputValueError(f"y[{missing[0]}]: no label; drop it together with its text")
    check_classification_targets(given)
    classes, codes = np.unique(given, return_inverse=True)
    if len(classes) != 2:
        shown = ", ".join(repr(label) for label in classes[:5].tolist())
        raise InputValueError(
            f"Only binary classification is supported. y has {len(classes):,} classes ({shown}); "
            "ReviewClassifier needs two"
        )
    return classes, codes.astype(np.int8)


def _steps_of(preprocess: Text | PreprocessParams) -> PreprocessParams:
    """From text to tokens: steps by their name, or a person's own.

    Raises:
        InputValueError: there are none of this name.
    """
    if isinstance(preprocess, PreprocessParams):
        return preprocess
    if preprocess not in get_args(Text):
        raise InputValueError(
            f"ReviewClassifier(preprocess={preprocess!r}): choose processed or plain, or give a "
            "reelvec.base.schema.preprocess.PreprocessParams"
        )
    return STEPS_OF[preprocess]


def _seed_of(random_state: Any) -> int:
    """A seed; a whole number is one already.

    Raises:
        InputTypeError: it is none of what scikit-learn takes.
    """
    if isinstance(random_state, Integral):
        return int(random_state)
    try:
        return int(check_random_state(random_state).randint(2**31 - 1))
    except ValueError:
        raise InputTypeError(
            f"ReviewClassifier(random_state={random_state!r}): give a whole number, a "
            "numpy.random.RandomState or None"
        ) from None


def _checked(kind: type[AnySection], **values: Any) -> AnySection:
    """Parameters as the pipeline knows them.

    Raises:
        InputValueError: with a line for each that is not allowed.
    """
    if values.get("embedding", RANDOM) not in (RANDOM, NAIVE_BAYES):
        raise InputValueError(
            f"ReviewClassifier(embedding={values['embedding']!r}): choose random or naive_bayes; "
            "pretrained vectors are for the variants of params.yaml"
        )
    try:
        return kind.model_validate({name: _of_python(value) for name, value in values.items()})
    except ValidationError as error:
        raise InputValueError("\n".join(map(_explained, error.errors()))) from None


def _of_python(value: Any) -> Any:
    """What a search over numpy arrays gives, as Python's own numbers and tuples."""
    if isinstance(value, np.generic):
        return value.item()
    return tuple(map(_of_python, value)) if isinstance(value, list | tuple) else value


def _explained(problem: Any) -> str:
    """One line for a parameter that is not allowed."""
    if not problem["loc"]:
        return f"ReviewClassifier: {problem['ctx']['error']}"
    name, given = problem["loc"][0], problem["input"]
    verb = "choose" if problem["type"] == "literal_error" else "it must be"
    message = str(problem["msg"]).replace("Input should be", verb, 1)
    choices = str(problem.get("ctx", {}).get("expected", "")).replace("'", " ").split()
    return f"ReviewClassifier({name}={given!r}): {message}{did_you_mean(str(given), choices)}"
