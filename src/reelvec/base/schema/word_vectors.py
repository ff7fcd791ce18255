"""`word_vectors` of `params.yaml`: word vectors of our own."""

from typing import ClassVar, Literal

from pydantic import Field

from reelvec.base.project.section import MAX_DIMENSION, Section

Algorithm = Literal["word2vec", "fasttext"]


class WordVectorsParams(Section):
    """Word vectors trained by gensim on the training and the unlabelled reviews.

    `skip_gram: false` is CBOW. The loss is negative sampling with `negative` noise words. Of a word
    that is more than `subsampling` of all words, occurrences are left out at random: the more of
    them, the more frequent it is (Mikolov et al. 2013).
    `buckets`, and letters in the n-grams of a word, are fastText's alone.
    """

    KEY: ClassVar[str] = "word_vectors"

    algorithm: Algorithm = "word2vec"
    skip_gram: bool = False
    dimension: int = Field(100, ge=1, le=MAX_DIMENSION)
    window: int = Field(5, ge=1)
    negative: int = Field(5, ge=1)
    min_count: int = Field(5, ge=1)
    epochs: int = Field(5, ge=1)
    subsampling: float = Field(0.001, ge=0, lt=1)
    min_letters: int = Field(3, ge=1)
    max_letters: int = Field(6, ge=1)
    buckets: int = Field(100_000, ge=1)
    seed: int = Field(123, ge=0, lt=2**32)
