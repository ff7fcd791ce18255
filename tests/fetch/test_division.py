"""Test reviews are drawn alike from both labels, and no group is divided."""

import numpy as np
import pytest

from reelvec.base.errors import ReelvecError
from reelvec.fetch.division import bound_together, held_out

GENERATOR = np.random.default_rng(5)


def test_reviews_by_themselves_are_drawn_in_exact_shares() -> None:
    labels = np.repeat([0, 1], [60, 140]).astype(np.int8)
    drawn = held_out(labels, np.arange(200), 0.25, seed=1)
    assert (drawn[labels == 0].sum(), drawn[labels == 1].sum()) == (15, 35)


def test_groups_stay_together_and_the_share_is_near() -> None:
    labels = GENERATOR.integers(0, 2, 2_000).astype(np.int8)
    groups = GENERATOR.integers(0, 300, 2_000)
    drawn = held_out(labels, groups, 0.2, seed=1)
    assert not np.intersect1d(groups[drawn], groups[~drawn]).size
    assert drawn.mean() == pytest.approx(0.2, abs=0.02)


@pytest.mark.parametrize("seed", range(5))
def test_a_group_that_does_not_fit_leaves_its_share_to_the_others(seed: int) -> None:
    labels = np.tile([0, 1], 1_000).astype(np.int8)
    groups = np.concatenate([np.repeat([0, 1], 400), np.arange(2, 1_202)])
    labels[:800] = np.repeat([0, 1], 400)
    drawn = held_out(labels, groups, 0.2, seed)
    assert not drawn[:800].any()
    assert (drawn[labels == 0].sum(), drawn[labels == 1].sum()) == (200, 200)


def test_a_text_under_two_films_binds_them_together() -> None:
    texts = np.array([0, 1, 1, 2, 3, 3, 4, 5], np.int32)
    films = np.array([0, 0, 1, 1, -1, -1, 2, -1], np.int32)
    groups = bound_together(texts, films)
    assert [list(groups == group) for group in dict.fromkeys(groups)] == [
        [True] * 4 + [False] * 4,
        [False] * 4 + [True] * 2 + [False] * 2,
        [False] * 6 + [True, False],
        [False] * 7 + [True],
    ]


def test_where_no_film_is_known_the_last_text_is_the_first_group() -> None:
    texts = np.array([2, 0, 2, 5], np.int32)
    groups = bound_together(texts, np.full(4, -1, np.int32))
    assert np.unique(groups, return_inverse=True)[1].tolist() == [1, 2, 1, 0]


def test_the_seed_alone_decides() -> None:
    labels = GENERATOR.integers(0, 2, 100).astype(np.int8)
    first, again, other = (held_out(labels, np.arange(100), 0.2, seed) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_too_few_reviews_are_refused() -> None:
    with pytest.raises(ReelvecError, match=r"0\.2 of 4 labelled reviews \(4 groups\) leave"):
        held_out(np.array([0, 0, 1, 1], np.int8), np.arange(4), 0.2, seed=1)
