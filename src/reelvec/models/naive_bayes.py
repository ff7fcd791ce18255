"""Log-count ratios: how much more often a word stands in positive reviews than in negative ones."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from reelvec.text.ragged import Ragged, narrowed
from reelvec.text.rows_on_disk import BLOCK
from reelvec.text.vocabulary import UNKNOWN


def log_count_ratios(
    reviews: Ragged, columns: int, labels: NDArray[np.int8]
) -> NDArray[np.float32]:
    """The ratios of Wang and Manning (2012), each id counted once a review, one added to each.

    Args:
        reviews: ids of words, and of n-grams where there are any.
        columns: how many ids there are.
        labels: int8 (reviews,), 1 positive and 0 negative.

    Returns:
        float32 (columns,); 0 for padding and unknown words.
    """
    present, row = np.zeros((2, columns), np.int64), 0
    for block in reviews.blocks(tokens=BLOCK):
        of_block = labels[row : row + len(block)]
        row += len(block)
        seen = block.distinct(columns)
        positive = of_block[seen.row_of_each_id()] == 1
        present[1] += np.bincount(seen.ids[positive], minlength=columns)
        present[0] += np.bincount(seen.ids[~positive], minlength=columns)
    return _ratios(*present[::-1])


def ratios_of_counts(counts: csr_array, labels: NDArray[np.int8]) -> NDArray[np.float32]:
    """The same from how often each id occurs in each review, (reviews, columns)."""
    present = counts > 0
    return _ratios(*(present[labels == label].sum(axis=0) for label in (1, 0)))


def _ratios(positive: NDArray[np.int64], negative: NDArray[np.int64]) -> NDArray[np.float32]:
    """From the number of reviews of each label that each id occurs in, (columns,)."""
    real = slice(UNKNOWN + 1, None)
    shares = [1.0 + counts[real] for counts in (positive, negative)]
    ratios = np.zeros(len(positive), np.float32)
    ratios[real] = np.log((shares[0] / shares[0].sum()) / (shares[1] / shares[1].sum()))
    return ratios


def count_ids(reviews: Ragged, columns: int) -> csr_array:
    """How often each id occurs in each review, float64 (reviews, columns)."""
    # 32 bits where they will do: scikit-learn's liblinear takes no wider indices.
    offsets = narrowed(reviews.offsets)
    ones = np.ones(len(reviews.ids), np.int32)  # half the memory of floats while they are sorted
    parts = (ones, reviews.ids.astype(offsets.dtype), offsets)
    counts = csr_array(parts, shape=(len(reviews), columns))
    counts.sum_duplicates()
    return counts.astype(np.float64)
