"""More tokens than 32 bits can number: counted right, or refused in one line, never wrapped."""

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_array

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.baselines import BaselineParams
from reelvec.models import batches, linear, naive_bayes
from reelvec.models.ngrams import Ngrams
from reelvec.models.pooling import pool_tokens
from reelvec.models.reader import Reader
from reelvec.text import ragged
from reelvec.text.ragged import Ragged, narrowed

MANY = 2**31
OFFSETS = np.array([0, MANY, MANY + 3], np.int64)


class Stretched(np.ndarray[Any, Any]):
    """One value, seen as many: a copy of another type is as small."""

    def astype(self, dtype: Any, **_: Any) -> "Stretched":  # type: ignore[override]
        return stretched(self[0], len(self), dtype)


def stretched(value: Any, length: int, dtype: Any = np.int32) -> Stretched:
    return np.broadcast_to(np.array(value, dtype), length).view(Stretched)


@pytest.fixture
def reviews() -> Ragged:
    """Two reviews of one word again and again, the second beginning where int32 ends."""
    return Ragged(stretched(3, MANY + 3), OFFSETS)


def test_offsets_are_narrowed_only_where_all_fit() -> None:
    assert narrowed(OFFSETS[:1]).dtype == np.int32
    assert narrowed(np.array([0, MANY - 1])).tolist() == [0, MANY - 1]
    assert narrowed(np.array([0, MANY - 1])).dtype == np.int32
    assert narrowed(OFFSETS).tolist() == OFFSETS.tolist()


def test_reviews_beyond_the_limit_are_still_found(reviews: Ragged) -> None:
    assert reviews.lengths.tolist() == [MANY, 3]
    assert reviews.take(np.array([1, 1])).ids.tolist() == [3] * 6
    assert reviews.slice(1, 2)[0].tolist() == [3] * 3


def test_counts_are_told_where_each_review_lies(
    reviews: Ragged, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[NDArray[Any]] = []

    class Seen:
        def __init__(self, parts: tuple[NDArray[Any], ...], shape: tuple[int, int]) -> None:
            assert shape == (2, 9)
            given.extend(parts)

        def sum_duplicates(self) -> None: ...

        def astype(self, _: Any) -> None: ...

    monkeypatch.setattr(naive_bayes, "csr_array", Seen)
    monkeypatch.setattr(np, "ones", lambda *parts: stretched(1, *parts))
    naive_bayes.count_ids(reviews, 9)
    values, ids, offsets = given
    assert (len(values), len(ids), ids[-1]) == (MANY + 3, MANY + 3, 3)
    assert offsets.tolist() == OFFSETS.tolist()


def test_wide_and_narrow_offsets_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    some = Ragged(np.array([3, 2, 2, 4, 2], np.int32), np.array([0, 3, 3, 5]))
    weight = torch.randn(5, 2, requires_grad=True)
    labels = np.array([1, 0, 0], np.int8)

    def results() -> list[Any]:
        counts = naive_bayes.count_ids(some, 5)
        ids, starts = batches.as_tensors(some, torch.device("cpu"))
        pooled = pool_tokens(ids, starts, weight, "mean")
        (gradient,) = torch.autograd.grad(pooled.square().sum(), weight)
        ratios = naive_bayes.log_count_ratios(some, 5, labels)
        return [counts.indices.dtype, counts.toarray(), starts, pooled, gradient, ratios]

    narrow, *expected = results()
    monkeypatch.setattr(ragged, "LARGEST_INT32", 4)
    wide, *found = results()
    assert (narrow, wide) == (np.int32, np.int64)
    for one, other in zip(found, expected, strict=True):
        assert one.tolist() == other.tolist()


def test_a_solver_that_takes_no_wide_indices_says_so_in_one_line() -> None:
    features = csr_array(np.eye(2))
    features.indices = features.indices.astype(np.int64)
    features.indptr = features.indptr.astype(np.int64)
    labels = np.array([1, 0], np.int8)
    refused = r"no more than 2,147,483,647: choose `solver: lbfgs`"
    with pytest.raises(ReelvecError, match=refused):
        linear._learn(BaselineParams(weighting="binary"), features, labels)
    weights, _ = linear._learn(BaselineParams(weighting="binary", solver="lbfgs"), features, labels)
    assert weights[0] > 0 > weights[1]


def test_more_ids_than_there_are_is_one_line() -> None:
    keys = np.broadcast_to(np.int64(0), MANY - 10)
    assert Reader(9, Ngrams(9, (keys,))).columns == MANY - 1
    with pytest.raises(ReelvecError, match=r"2,147,483,648 words and n-grams.*`min_ngram_count`"):
        Reader(10, Ngrams(10, (keys,)))
