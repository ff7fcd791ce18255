"""`variants` of `params.yaml`: the trained networks."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from reelvec.base.project.section import MAX_DIMENSION, Section, Text, Word

Encoder = Literal["mean", "sqrtn", "max", "mean_max", "attention", "cnn", "lstm", "gru"]
Summary = Literal["last", "mean", "max"]
Side = Literal["pre", "post"]
MissingPolicy = Literal["zero", "mean", "random", "ignore", "subword"]

POOLING_ENCODERS: tuple[Encoder, ...] = ("mean", "sqrtn", "max", "mean_max")
"""Encoders that know nothing of the order of the tokens and have no weights of their own."""

RANDOM, NAIVE_BAYES = "random", "naive_bayes"
"""Embeddings that are not looked up in vectors that exist before training starts."""


class VariantParams(Section):
    """One classifier: its text, an embedding, an encoder, a head, and how it is trained.

    `text` is `processed` (lemmas without stopwords) or `plain` (all words). `ngrams: 2` gives
    bigrams vectors of their own beside the words, `3` trigrams too; those of `naive_bayes` start
    from log-count ratios. With `negation_scope: 3` each of three words behind a negation is another
    word than it is elsewhere. With `distinct` each counts once a review. `dimension: auto` is the
    fourth root of the vocabulary's size.

    `units` are those of an LSTM or GRU, or the filters of each width of a CNN (`kernels`);
    `summary` is what becomes of an LSTM's outputs. A review longer than `max_length` tokens
    loses its beginning (`truncating: pre`) or its end (`post`), as in Keras. Padding never
    counts, unless `pool_padding` says so: then it is a token like any other, before a review
    (`padding: pre`) or behind it, up to `max_length` tokens or the longest review of the batch.

    With `decay: linear` the learning rate falls to 0 over `epochs`, step by step.

    `self_training` trains a second time, with the unlabelled reviews and the labels that the
    first model gives them (Lee 2013). `refit` trains a last time for as many epochs as were best,
    with the validation reviews among the others: what scikit-learn calls so. One that `teaches`
    keeps what it says of the unlabelled reviews, for students to learn.
    """

    KEY: ClassVar[str] = "variants"

    text: Text = "processed"
    embedding: Word = RANDOM
    dimension: int | Literal["auto"] | None = None
    missing: MissingPolicy = "zero"
    initial_deviation: float | None = Field(None, gt=0)
    vocabulary_size: int | None = Field(None, ge=1)
    ngrams: int = Field(1, ge=1, le=4)
    min_ngram_count: int = Field(2, ge=1)
    negation_scope: int = Field(0, ge=0, le=100)
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
    decay: Literal["none", "linear"] = "none"
    batch_size: int = Field(128, ge=1)
    epochs: int = Field(20, ge=1)
    patience: int = Field(3, ge=1)
    self_training: bool = False
    refit: bool = True
    teaches: bool = False
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
        if self.is_pretrained and (self.ngrams > 1 or self.negation_scope):
            raise ValueError(
                f"{self.embedding} has vectors of words only: set `ngrams: 1`, `negation_scope: 0`"
            )
        if self.reads_in_order and (self.ngrams > 1 or self.distinct or self.negation_scope):
            raise ValueError(
                f"{self.encoder} reads words in order: set `ngrams: 1`, `distinct: false` and "
                "`negation_scope: 0`"
            )
        if self.embedding == NAIVE_BAYES and self.hidden:
            raise ValueError("log-count ratios add up to a logit: set `hidden: 0`")
        return self
