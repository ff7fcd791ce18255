"""A logistic regression over averages of word vectors; some words may have none."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression
from studies.common.tutorial_reviews import OfficialText

from reelvec.evaluation.predictions import Predictions
from reelvec.models.word_vectors import WordVectors
from reelvec.text.columns import Corpus
from reelvec.text.dataset import Dataset
from reelvec.text.ragged import Ragged

Matrix = NDArray[np.float32]


def read_whole_text(folder: Path = Path("data/interim")) -> OfficialText:
    """The project's tokens, rare ones too, as `preprocess` wrote them."""
    corpus = Corpus.load(folder)
    table = pq.read_table(folder / "reviews.parquet")
    split = table["split"].to_numpy(zero_copy_only=False)
    reviews, ids = corpus.reviews, table["review_id"].to_numpy()
    parts = []
    for name in ("train", "test"):
        rows = np.flatnonzero(split == name)
        labels = table["label"].take(rows).to_numpy().astype(np.int8)
        parts.append(in_one_order(Dataset(reviews.take(rows), labels, ids[rows])))
    return OfficialText(corpus.lexicon, *parts)


def in_one_order(part: Dataset) -> Dataset:
    """Reviews by label and number, so that two preparations of them can be held together."""
    return part.take(np.lexsort((part.review_ids, part.targets)))


def rows_of(lexicon: list[str], vectors: WordVectors, words: int | None) -> NDArray[np.int64]:
    """Where each token's vector is, int64 (lexicon,); -1 for a missing word.

    Args:
        lexicon: the distinct tokens.
        vectors: the most frequent words first.
        words: how many of those may be known; None means all.
    """
    known = {word: row for row, word in enumerate(vectors.words[:words])}
    return np.fromiter((known.get(token, -1) for token in lexicon), np.int64, len(lexicon))


def table_of(
    lexicon: list[str], vectors: WordVectors, rows: NDArray[np.int64], policy: str
) -> Matrix:
    """A vector for each token, float32 (lexicon, dimension); zeros for missing words.

    `subword` makes those of the vectors of their letter n-grams (Bojanowski et al. 2017).
    """
    found = rows >= 0
    table = np.zeros((len(lexicon), vectors.vectors.shape[1]), np.float32)
    table[found] = vectors.vectors[rows[found]]
    if policy == "subword":
        assert vectors.subwords is not None
        for token in np.flatnonzero(~found).tolist():
            table[token] = vectors.subwords.of(lexicon[token])
    return table


def averages(reviews: Ragged, table: Matrix, counted: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The mean vector of each review's counted tokens, float64 (reviews, dimension).

    Args:
        reviews: ids into the lexicon.
        table: a vector for each token, float32 (lexicon, dimension).
        counted: bool (lexicon,), the tokens that a mean is taken over; a review without any
            gives zeros.
    """
    seen = reviews.keep(counted[reviews.ids])
    ones = np.ones(len(seen.ids))
    matrix = csr_array((ones, seen.ids, seen.offsets), shape=(len(seen), len(table)))
    sums = matrix @ table.astype(np.float64)
    return np.asarray(sums / np.maximum(seen.lengths, 1)[:, np.newaxis], np.float64)


def classified(
    text: OfficialText,
    vectors: WordVectors,
    policy: str,
    words: int | None,
    strength: float,
    longest: int | None = None,
) -> tuple[Predictions, float]:
    """Fit a logistic regression over averages, and predict the test reviews.

    Args:
        text: the reviews.
        vectors: those to average.
        policy: `ignore` leaves missing words out, `zero` counts them as zeros, `subword` gives
            them vectors of their letters.
        words: how many of the most frequent words have vectors; None means all that have one.
        strength: scikit-learn's C.
        longest: how many tokens of a review are read, its last ones; None means all.

    Returns:
        predictions, and the share of the training reviews' tokens that are missing words.
    """
    rows = rows_of(text.lexicon, vectors, words)
    found = rows >= 0
    table = table_of(text.lexicon, vectors, rows, policy)
    counted = found if policy == "ignore" else np.ones(len(found), bool)
    model = LogisticRegression(C=strength, solver="liblinear", random_state=0)
    training, test = (
        part.reviews if longest is None else part.reviews.cut(longest, from_end=True)
        for part in (text.training, text.test)
    )
    model.fit(averages(training, table, counted), text.training.targets)
    probabilities = model.predict_proba(averages(test, table, counted))[:, 1]
    predictions = Predictions(text.test.review_ids, text.test.targets, probabilities)
    return predictions, float(1 - found[training.ids].mean())
