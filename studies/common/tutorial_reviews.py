"""The reviews as the PyTorch and Keras tutorials prepare them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.vocabulary import VocabularyParams
from reelvec.text.columns import tokenize
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import build_vocabulary

TUTORIAL_PREPROCESS = PreprocessParams(
    html=False,
    urls=False,
    fold_accents=False,
    contractions=False,
    punctuation="delete",
    lemmatize=False,
    stopwords="none",
)
"""Lower case, `<br />` to a space, ASCII punctuation deleted, split on white space."""


@dataclass(frozen=True, slots=True)
class TutorialReviews:
    """All 25,000 training and 25,000 test reviews with a vocabulary of the training ones.

    Attributes:
        tokens: the vocabulary by id, padding and unknown first.
        training: the official training reviews.
        test: the official test reviews, read for the last line of a study alone.
    """

    tokens: list[str]
    training: Dataset
    test: Dataset

    def divided(self, fraction: float, seed: int) -> tuple[Dataset, Dataset]:
        """Training and validation reviews, drawn at random as Keras does: not by class."""
        order = np.random.default_rng(seed).permutation(len(self.training))
        kept = len(order) - round(len(order) * fraction)
        return self.training.take(np.sort(order[:kept])), self.training.take(np.sort(order[kept:]))


def read_tutorial_reviews(
    words: int, reviews: Path = Path("data/raw/imdb.parquet")
) -> TutorialReviews:
    """Tokenise both parts, and number the most frequent words of the training part.

    Args:
        words: in the vocabulary, beside padding and unknown.
        reviews: what `fetch_imdb` wrote.
    """
    table = pq.read_table(reviews, filters=[("split", "in", ["train", "test"])])
    corpus = tokenize(table["text"], TUTORIAL_PREPROCESS)
    split = table["split"].to_numpy(zero_copy_only=False)
    rows = {name: np.flatnonzero(split == name) for name in ("train", "test")}
    training = corpus.reviews.take(rows["train"])
    limits = VocabularyParams(max_size=words, min_count=1)
    vocabulary = build_vocabulary(corpus.lexicon, training, limits)
    encoded = corpus.reviews.map_ids(vocabulary.ids_of(corpus.lexicon))
    labels: NDArray[np.int8] = table["label"].to_numpy().astype(np.int8)
    ids = table["review_id"].to_numpy()
    parts = [Dataset(encoded.take(each), labels[each], ids[each]) for each in rows.values()]
    return TutorialReviews(vocabulary.tokens, *parts)
