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


def one_epoch(batch_size: int) -> VariantParams:
    """The tutorials' model: 16 dimensions, their mean, a hidden layer of 16, Adam at 0.001."""
    return VariantParams(
        dimension=16,
        hidden=16,
        learning_rate=0.001,
        batch_size=batch_size,
        epochs=1,
        patience=1,
        seed=123,
    )
