"""Typed parameters: what `params.yaml` may say, checked before anything runs."""

import difflib
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from reelvec.base.errors import ReelvecError

Encoder = Literal["mean", "sqrtn", "max", "mean_max", "attention", "cnn", "lstm", "gru"]
Summary = Literal["last", "mean", "max"]
Side = Literal["pre", "post"]
Weighting = Literal["binary", "tfidf", "naive_bayes", "average"]
Text = Literal["processed", "plain"]
Algorithm = Literal["word2vec", "fasttext"]
MissingPolicy = Literal["zero", "mean", "random", "ignore", "subword"]
StopwordList = Literal["none", "scikit-learn", "gensim"]
Punctuation = Literal["separate", "delete", "keep"]
Projection = Literal["pca", "tsne"]
Device = Literal["auto", "cpu", "cuda"]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Fraction = Annotated[float, Field(gt=0, lt=1)]
Word = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]

POOLING_ENCODERS: tuple[Encoder, ...] = ("mean", "sqrtn", "max", "mean_max")
"""Encoders that know nothing of the order of the tokens and have no weights of their own."""

RESERVED_SPACE = "glove"
"""The name under which `similarities.spaces` means the GloVe vectors as published."""

RANDOM, NAIVE_BAYES = "random", "naive_bayes"
"""Embeddings that are not looked up in vectors that exist before training starts."""

MAX_DIMENSION = 2000


class Section(BaseModel):
    """A part of `params.yaml`: unknown keys and silent conversions are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ImdbParams(Section):
    """Where the reviews come from, and the hash that their content must have."""

    source: Word = "official"
    content_sha256: Sha256


class GloveParams(Section):
    """Where the pretrained vectors come from, how many are kept, the hash of the kept lines."""

    source: Word = "official"
    dimension: int = Field(50, ge=1, le=2000)
    max_words: int | None = Field(None, ge=1)
    content_sha256: Sha256


class PreprocessParams(Section):
    """Steps from text to tokens; each can be switched off. The order is that of the fields."""

    line_breaks: bool = True
    html: bool = True
    urls: bool = True
    lowercase: bool = True
    fold_accents: bool = True
    contractions: bool = True
    punctuation: Punctuation = "separate"
    lemmatize: bool = True
    lemmatize_except: tuple[Word, ...] = ()
    stopwords: StopwordList = "scikit-learn"
    keep: tuple[Word, ...] = ()


class VocabularyParams(Section):
    """Which tokens get an id, and how the training reviews are split."""

    max_size: int | None = Field(25_000, ge=1)
    min_count: int = Field(2, ge=1)
    validation_fraction: Fraction = 0.2
    seed: int = Field(123, ge=0, lt=2**32)


class PlainParams(Section):
    """The reviews a second time, for what reads n-grams or the order of the words.

    All words stay, and each training word that occurs `min_count` times has an id. The division
    of the reviews is that of `vocabulary`.
    """

    preprocess: PreprocessParams
    max_size: int | None = Field(None, ge=1)
    min_count: int = Field(2, ge=1)


class TrainingParams(Section):
    """What all variants share."""

    device: Device = "cpu"
    threads: int = Field(1, ge=1, le=1024)


class WordVectorsParams(Section):
    """Word vectors trained by gensim on the training and the unlabelled reviews.

    `skip_gram: false` is CBOW. The loss is negative sampling with `negative` noise words.
    `buckets`, and letters in the n-grams of a word, are fastText's alone.
    """

    algorithm: Algorithm = "word2vec"
    skip_gram: bool = False
    dimension: int = Field(100, ge=1, le=MAX_DIMENSION)
    window: int = Field(5, ge=1)
    negative: int = Field(5, ge=1)
    min_count: int = Field(5, ge=1)
    epochs: int = Field(5, ge=1)
    min_letters: int = Field(3, ge=1)
    max_letters: int = Field(6, ge=1)
    buckets: int = Field(100_000, ge=1)
    seed: int = Field(123, ge=0, lt=2**32)


class VariantParams(Section):
    """One classifier: its text, an embedding, an encoder, a head, and how it is trained.

    `text` is `processed` (lemmas without stopwords) or `plain` (all words). `ngrams: 2` gives
    bigrams vectors of their own beside the words, `3` trigrams too; those of `naive_bayes` start
    from log-count ratios. With `distinct` each counts once a review. `dimension: auto` is the
    fourth root of the vocabulary's size.

    `units` are those of an LSTM or GRU, or the filters of each width of a CNN (`kernels`);
    `summary` is what becomes of an LSTM's outputs. A review longer than `max_length` tokens
    loses its beginning (`truncating: pre`) or its end (`post`), as in Keras. Padding never
    counts, unless `pool_padding` says so: then it is a token like any other, before a review
    (`padding: pre`) or behind it, up to `max_length` tokens or the longest review of the batch.

    `self_training` trains a second time, with the unlabelled reviews and the labels that the
    first model gives them (Lee 2013). `refit` trains a last time for as many epochs as were best,
    with the validation reviews among the others: what scikit-learn calls so.
    """

    text: Text = "processed"
    embedding: Word = RANDOM
    dimension: int | Literal["auto"] | None = None
    missing: MissingPolicy = "zero"
    initial_deviation: float | None = Field(None, gt=0)
    vocabulary_size: int | None = Field(None, ge=1)
    ngrams: int = Field(1, ge=1, le=4)
    min_ngram_count: int = Field(2, ge=1)
    distinct: bool = False
    trainable: bool = True
    encoder: Encoder = "mean"
    units: int = Field(100, ge=1, le=10_000)
    layers: int = Field(1, ge=1, le=4)
    bidirectional: bool = False
    summary: Summary = "last"
    kernels: tuple[Annotated[int, Field(ge=1, le=100)], ...] = Field((3, 4, 5), min_length=1)
    max_length: int | None = Field(None, ge=1)
    truncating: Side = "post"
    pool_padding: bool = False
    padding: Side = "post"
    normalize: bool = False
    hidden: int = Field(16, ge=0, le=10_000)
    dropout: float = Field(0.0, ge=0, lt=1)
    weight_decay: float = Field(0.0, ge=0)
    learning_rate: float = Field(0.001, gt=0)
    batch_size: int = Field(128, ge=1)
    epochs: int = Field(20, ge=1)
    patience: int = Field(3, ge=1)
    self_training: bool = False
    refit: bool = False
    seed: int = Field(123, ge=0, lt=2**32)

    @property
    def reads_in_order(self) -> bool:
        """Whether the encoder sees more than a bag of tokens."""
        return self.encoder not in POOLING_ENCODERS

    @property
    def is_pretrained(self) -> bool:
        """Whether the embedding is looked up in vectors that exist before training starts."""
        return self.embedding not in (RANDOM, NAIVE_BAYES)

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if isinstance(self.dimension, int) and not 1 <= self.dimension <= MAX_DIMENSION:
            raise ValueError(f"dimension: {self.dimension} is not from 1 to {MAX_DIMENSION}")
        if not self.is_pretrained and self.dimension is None:
            raise ValueError(
                f"a {self.embedding} embedding needs a `dimension` (for example 100, or auto)"
            )
        if self.is_pretrained and self.dimension is not None:
            raise ValueError(
                f"{self.embedding} brings its own dimension: set `glove.dimension` or "
                f"`word_vectors.{self.embedding}.dimension`, not this"
            )
        if self.is_pretrained and self.ngrams > 1:
            raise ValueError(f"{self.embedding} has vectors of words only: set `ngrams: 1`")
        if self.reads_in_order and (self.ngrams > 1 or self.distinct):
            raise ValueError(
                f"{self.encoder} reads words in order: set `ngrams: 1` and `distinct: false`"
            )
        if self.embedding == NAIVE_BAYES and self.hidden:
            raise ValueError("log-count ratios add up to a logit: set `hidden: 0`")
        return self


class BaselineParams(Section):
    """One linear classifier.

    `weighting` is what counts become: `binary` (one-hot), `tfidf` (with L2 norm), `naive_bayes`
    (Wang and Manning 2012), or `average` (the mean of the words' vectors in `embedding`).
    `strength` is scikit-learn's C, the inverse of the regularisation.
    """

    text: Text = "plain"
    weighting: Weighting
    embedding: Word | None = None
    ngrams: int = Field(1, ge=1, le=4)
    min_count: int = Field(2, ge=1)
    strength: float = Field(1.0, gt=0)
    iterations: int = Field(1000, ge=1)

    @model_validator(mode="after")
    def _vectors_are_of_words(self) -> Self:
        if (self.weighting == "average") != (self.embedding is not None):
            raise ValueError(
                "`weighting: average` needs an `embedding` (for example glove), and no other does"
            )
        if self.weighting == "average" and self.ngrams > 1:
            raise ValueError(f"{self.embedding} has vectors of words only: set `ngrams: 1`")
        return self


class EnsembleParams(Section):
    """Variants and baselines whose logits are weighed on the validation reviews."""

    members: tuple[Word, ...] = Field(min_length=2)


class EvaluationParams(Section):
    """How the test results are described."""

    confidence: Fraction = 0.95
    calibration_bins: int = Field(15, ge=2, le=1000)
    mistakes: int = Field(10, ge=0)


class SimilarityParams(Section):
    """What the embedding spaces are asked."""

    spaces: tuple[Word, ...] = Field(min_length=1)
    neighbors: int = Field(10, ge=1)
    restrict: int | None = Field(30_000, ge=1)
    probe_words: tuple[Word, ...]
    pairs: tuple[tuple[Word, Word], ...]
    analogies: tuple[tuple[Word, Word, Word, Word], ...]
    positive_words: tuple[Word, ...] = Field(min_length=2)
    negative_words: tuple[Word, ...] = Field(min_length=2)


class VisualizationParams(Section):
    """What the pictures show."""

    words: int = Field(400, ge=10)
    labels: int = Field(60, ge=0)
    spaces: tuple[Word, ...] = Field(min_length=1)
    min_document_count: int = Field(20, ge=1)


class ExportParams(Section):
    """What is written for other programs.

    `spaces` are variants whose embeddings are, those of `text: processed`; `models` are variants
    that are as a whole, for MLflow and as ONNX.
    """

    spaces: tuple[Word, ...] = Field(min_length=1)
    models: tuple[Word, ...] = ()
    glove_words: int | None = Field(None, ge=1)


class ExplorerParams(Section):
    """The embedding explorer in the report: which spaces, how many words, drawn by which maps."""

    spaces: tuple[Word, ...] = Field(min_length=1)
    words: int = Field(12_000, ge=3)
    projections: tuple[Projection, ...] = Field(("pca",), min_length=1)
    seed: int = Field(123, ge=0)


class TrackingParams(Section):
    """What MLflow is told."""

    experiment: Word = "reelvec"
    model: bool = True


class Params(Section):
    """The whole of `params.yaml`."""

    imdb: ImdbParams
    glove: GloveParams
    preprocess: PreprocessParams
    vocabulary: VocabularyParams
    plain: PlainParams
    training: TrainingParams
    word_vectors: dict[Name, WordVectorsParams]
    variants: dict[Name, VariantParams] = Field(min_length=1)
    baselines: dict[Name, BaselineParams]
    ensembles: dict[Name, EnsembleParams]
    evaluation: EvaluationParams
    similarities: SimilarityParams
    visualization: VisualizationParams
    export: ExportParams
    explorer: ExplorerParams
    tracking: TrackingParams

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        taken: dict[str, str] = {}
        for section in ("variants", "baselines", "ensembles"):
            for name in getattr(self, section):
                if name in taken:
                    raise ValueError(f"{section}.{name}: {taken[name]} has this name already")
                taken[name] = section
        single = [*self.variants, *self.baselines]
        for name, ensemble in self.ensembles.items():
            for member in ensemble.members:
                if member not in single:
                    raise ValueError(
                        f"ensembles.{name}.members: {member!r} is not known; choose "
                        f"{_listed(single)}{_suggestion(member, single)}"
                    )
        vectors = [RESERVED_SPACE, *self.word_vectors]
        for name in vectors:
            if name in self.variants:
                raise ValueError(
                    f"variants.{name}: this name means the vectors themselves; "
                    "call the variant something else"
                )
        embeddings = [RANDOM, NAIVE_BAYES, *vectors]
        for section, entries, allowed in (
            ("variants", self.variants, embeddings),
            ("baselines", self.baselines, vectors),
        ):
            for name, entry in entries.items():
                if entry.embedding is not None and entry.embedding not in allowed:
                    raise ValueError(
                        f"{section}.{name}.embedding: {entry.embedding!r} is not an embedding; "
                        f"choose {_listed(allowed)}{_suggestion(entry.embedding, allowed)}"
                    )
        known = [*self.variants, *vectors]
        processed = [name for name, each in self.variants.items() if each.text == "processed"]
        for key, spaces, allowed in (
            ("similarities.spaces", self.similarities.spaces, known),
            ("visualization.spaces", self.visualization.spaces, known),
            ("export.spaces", self.export.spaces, processed),
            ("export.models", self.export.models, list(self.variants)),
            ("explorer.spaces", self.explorer.spaces, known),
        ):
            for space in spaces:
                if space not in allowed:
                    raise ValueError(
                        f"{key}: {space!r} is not known; choose "
                        f"{_listed(allowed)}{_suggestion(space, allowed)}"
                    )
        return self

    def preprocess_of(self, text: Text) -> PreprocessParams:
        """The steps that make a kind of text."""
        return self.plain.preprocess if text == "plain" else self.preprocess

    def variant(self, name: str) -> VariantParams:
        """The entry of `variants` with this name.

        Raises:
            ReelvecError: there is none.
        """
        if name not in self.variants:
            raise ReelvecError(
                f"params.yaml: variants: {name!r} is not there; choose "
                f"{_listed(list(self.variants))}{_suggestion(name, list(self.variants))}"
            )
        return self.variants[name]


def load_params(path: Path = Path("params.yaml")) -> Params:
    """Read and check a parameter file.

    Raises:
        ReelvecError: with one line for each problem, naming the key, what was given and what
            is allowed.
    """
    try:
        # The parser that DVC uses (YAML 1.2): `no` is a word and 1e-3 a number, for both.
        raw = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ReelvecError(f"{path}: not found; run this from the project's folder") from None
    except UnicodeDecodeError as error:
        raise ReelvecError(f"{path}: not UTF-8 (byte {error.start})") from None
    except YAMLError as error:
        raise ReelvecError(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(raw, dict):
        raise ReelvecError(f"{path}: expected sections such as `imdb:` and `variants:`")
    return check_params(raw, path.name)


def check_params(raw: dict[str, Any], name: str = "params.yaml") -> Params:
    """Turn parsed YAML into `Params`; `name` is what error messages call it.

    Raises:
        ReelvecError: as for `load_params`.
    """
    try:
        return Params.model_validate(_tuples(raw))
    except ValidationError as error:
        lines = [f"{name}: {_explain(problem)}" for problem in error.errors()]
        raise ReelvecError("\n".join(lines)) from None


def _tuples(value: Any) -> Any:
    """YAML lists as tuples: strict validation does not convert one into the other."""
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


_RULES = {
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "dict_type": "must be a section with keys of its own",
    "model_type": "must be a section with keys of its own",
    "tuple_type": "must be a list, such as [a, b]",
    "string_too_short": "must not be empty",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "string_pattern_mismatch": "must match {pattern}",
}


def _explain(problem: Any) -> str:
    """One line for one pydantic error: key, what was given, what is allowed."""
    location = [part for part in problem["loc"] if part != "[key]"]
    key = ".".join(str(part) for part in location)
    given, kind, context = problem["input"], problem["type"], problem.get("ctx", {})
    if kind == "extra_forbidden":
        siblings = _known_keys(location[:-1])
        return (
            f"{key}: is not a parameter; choose {_listed(siblings)}"
            f"{_suggestion(str(location[-1]), siblings)}"
        )
    if kind == "missing":
        return f"{key}: is missing"
    if kind == "value_error":
        return f"{key}: {context['error']}" if key else str(context["error"])
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", context["expected"])
        noun = str(location[-1]).replace("_", " ")
        article = "an" if noun[0] in "aeiou" else "a"
        return (
            f"{key}: {given!r} is not {article} {noun}; choose {_listed(choices)}"
            f"{_suggestion(str(given), choices)}"
        )
    rule = _RULES.get(kind, problem["msg"].lower()).format(**context)
    return f"{key}: {_shown(given)} was given, it {rule}"


def _known_keys(location: list[Any]) -> list[str]:
    """The keys that the section at `location` may have."""
    section: Any = Params
    for part in location:
        field = section.model_fields.get(part) if hasattr(section, "model_fields") else None
        section = field.annotation if field is not None else VariantParams
        if get_args(section):
            section = VariantParams
    return list(section.model_fields)


def _listed(choices: list[str]) -> str:
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])} or {choices[-1]}"


def _suggestion(given: str, choices: list[str]) -> str:
    close = difflib.get_close_matches(given, choices, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _shown(value: Any) -> str:
    text = repr(list(value)) if isinstance(value, tuple) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
