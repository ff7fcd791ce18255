"""The labelled training reviews, prepared as the two tutorials do."""

from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray
from studies.common.tutorial_reviews import TUTORIAL_PREPROCESS

from reelvec.base.schema.variants import VariantParams
from reelvec.base.schema.vocabulary import VocabularyParams
from reelvec.models.first_layer import Start
from reelvec.models.reader import Reader
from reelvec.text.columns import tokenize
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import Vocabulary, build_vocabulary

TABLE = Path("data/raw/imdb.parquet")
SEED = 123


@cache
def training_reviews() -> tuple[pa.ChunkedArray, NDArray[np.int8]]:
    """Texts and labels of the 25,000 labelled training reviews."""
    table = pq.read_table(TABLE, columns=["split", "label", "text"])
    table = table.filter(pc.equal(table["split"], "train"))
    return table["text"], table["label"].to_numpy().astype(np.int8)


def encode(
    texts: pa.ChunkedArray, labels: NDArray[np.int8], words: int
) -> tuple[Dataset, Vocabulary]:
    """Reviews as ids into their most frequent words."""
    corpus = tokenize(texts, TUTORIAL_PREPROCESS)
    params = VocabularyParams(max_size=words, min_count=1, seed=123)
    vocabulary = build_vocabulary(corpus.lexicon, corpus.reviews, params)
    ids = corpus.reviews.map_ids(vocabulary.ids_of(corpus.lexicon))
    return Dataset(ids, labels, np.arange(len(labels), dtype=np.int32)), vocabulary


def head_of(data: Dataset, reviews: int) -> Dataset:
    """The first reviews: a validation that costs nothing, for the tutorials' epochs have none."""
    labels = data.targets[:reviews]
    return Dataset(data.reviews.slice(0, reviews), labels, data.review_ids[:reviews])


def start_with(weight: NDArray[np.float32], training: Dataset) -> Start:
    """A training of all words that begins with given vectors, float32 (words, dimension)."""
    reader = Reader(len(weight))
    return Start(reader, reader.read_part(training), weight, np.zeros(len(weight), bool))


SAME_LOSS = 0.001
"""Two losses that differ by more are not those of one model on the same batches."""


def one_epoch(
    batch_size: int, pool_padding: bool = False, length: int | None = None
) -> VariantParams:
    """The tutorials' model: 16 dimensions, their mean, a hidden layer of 16, Adam at 0.001.

    Args:
        batch_size: reviews a step.
        pool_padding: whether the mean counts padding, as both tutorials' does.
        length: that all reviews are cut or padded to; None means the longest of the batch.
    """
    return VariantParams(
        dimension=16,
        hidden=16,
        pool_padding=pool_padding,
        max_length=length,
        learning_rate=0.001,
        batch_size=batch_size,
        epochs=1,
        patience=1,
        seed=SEED,
    )


def same_loss(ours: float, plain: float) -> bool:
    """Whether both are one model's on the same batches."""
    return abs(ours - plain) <= SAME_LOSS


def order_of(reviews: int) -> NDArray[np.int64]:
    """The order in which a training of `one_epoch` visits them."""
    return np.random.default_rng(SEED).permutation(reviews)
