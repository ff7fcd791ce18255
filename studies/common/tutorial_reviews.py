"""The reviews as the PyTorch and Keras tutorials prepare them."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.vocabulary import VocabularyParams
from reelvec.text.columns import tokenize
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import Vocabulary, build_vocabulary

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
    """Reviews as ids of a vocabulary, divided as a tutorial divides them.

    Attributes:
        vocabulary: padding and unknown, then the most frequent words of `training`.
        training: reviews to learn from, and the only ones that words are counted in.
        validation: the rest of the official training reviews; none where nothing was held out.
        test: the official test reviews, read for the last line of a study alone.
    """

    vocabulary: Vocabulary
    training: Dataset
    validation: Dataset
    test: Dataset


@dataclass(frozen=True, slots=True)
class OfficialText:
    """The official training and test reviews, tokenised and not yet numbered.

    Attributes:
        lexicon: the distinct tokens.
        training: the official training reviews, as ids into the lexicon.
        test: the official test reviews, likewise.
    """

    lexicon: list[str]
    training: Dataset
    test: Dataset

    def divided(self, words: int, fraction: float = 0.0, seed: int = 0) -> TutorialReviews:
        """Hold out validation reviews, at random and not by class, and number the words.

        Args:
            words: in the vocabulary, beside padding and unknown.
            fraction: of the training reviews to hold out; their words are not counted.
            seed: of the draw.
        """
        order = np.random.default_rng(seed).permutation(len(self.training))
        kept = len(order) - round(len(order) * fraction)
        training, validation = (
            self.training.take(np.sort(rows)) for rows in (order[:kept], order[kept:])
        )
        limits = VocabularyParams(max_size=words, min_count=1)
        vocabulary = build_vocabulary(self.lexicon, training.reviews, limits)
        ids = vocabulary.ids_of(self.lexicon)
        return TutorialReviews(
            vocabulary,
            *(
                replace(part, reviews=part.reviews.map_ids(ids))
                for part in (training, validation, self.test)
            ),
        )


def read_official_text(reviews: Path = Path("data/raw/imdb.parquet")) -> OfficialText:
    """Tokenise the official training and test reviews.

    Args:
        reviews: what `fetch_imdb` wrote.
    """
    table = pq.read_table(reviews, filters=[("split", "in", ["train", "test"])])
    corpus = tokenize(table["text"], TUTORIAL_PREPROCESS)
    split = table["split"].to_numpy(zero_copy_only=False)
    labels: NDArray[np.int8] = table["label"].to_numpy().astype(np.int8)
    all_reviews = Dataset(corpus.reviews, labels, table["review_id"].to_numpy())
    training, test = (all_reviews.take(np.flatnonzero(split == name)) for name in ("train", "test"))
    return OfficialText(corpus.lexicon, training, test)
