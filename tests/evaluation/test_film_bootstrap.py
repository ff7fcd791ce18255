"""The bootstrap over films, against a loop over reviews, closed forms and simulated films."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

from reelvec.evaluation import film_bootstrap
from reelvec.evaluation.film_bootstrap import OverFilms, draw_films, film_numbers


def some_films(reviews: int, films: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Films of unequal size whose reviews are alike, and two models' rights and wrongs."""
    generator = np.random.default_rng(seed)
    numbers = (films * generator.random(reviews) ** 2).astype(np.int32)
    ease = generator.beta(4, 1, films)[numbers]
    first, second = (generator.random(reviews) < ease * share for share in (1.0, 0.9))
    return numbers, first, second


@settings(max_examples=20, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(-1, 5), st.booleans(), st.booleans()), min_size=1),
    seed=st.integers(0, 9),
)
def test_draws_are_those_of_a_loop_over_films_and_reviews(
    rows: list[tuple[int, bool, bool]], seed: int
) -> None:
    films = [film if film >= 0 else f"unknown {row}" for row, (film, _, _) in enumerate(rows)]
    numbers = film_numbers(np.array([film for film, _, _ in rows], np.int32))
    reviews_of = {n: [row for row, m in enumerate(numbers) if m == n] for n in numbers.tolist()}
    assert sorted(reviews_of) == list(range(len(set(films)))), "as many numbers as films"
    assert all(len({films[row] for row in found}) == 1 for found in reviews_of.values())

    columns = {name: np.array([row[n] for row in rows]) for n, name in ((1, "a"), (2, "b"))}
    drawn = draw_films(columns, np.array([row[0] for row in rows], np.int32), 7, seed)
    generator = np.random.default_rng(seed)
    for draw, chosen in enumerate(generator.integers(len(reviews_of), size=(7, len(reviews_of)))):
        reviews = [row for film in chosen.tolist() for row in reviews_of[film]]
        for n, name in ((1, "a"), (2, "b")):
            right = sum(rows[row][n] for row in reviews)
            assert drawn.drawn[name][draw] == right / len(reviews)


def test_the_number_of_draws_at_a_time_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    films, first, _ = some_films(300, 40, 1)
    at_once = draw_films({"a": first}, films, 60).drawn["a"]
    monkeypatch.setattr(film_bootstrap, "BLOCK", 7)
    in_blocks = draw_films({"a": first}, films, 60).drawn["a"]
    assert len(at_once) == 60
    np.testing.assert_array_equal(at_once, in_blocks)


def test_standard_errors_are_those_of_a_regression_clustered_by_film() -> None:
    films, first, second = some_films(4000, 300, 2)
    draws = draw_films({"a": first, "b": second}, films)
    for found, values in (
        (draws.accuracy("a"), first.astype(float)),
        (draws.difference("a", "b"), first.astype(float) - second),
    ):
        model = sm.OLS(values, np.ones(len(values)))
        fitted = model.fit(cov_type="cluster", cov_kwds={"groups": films}, use_t=True)
        assert found.value == pytest.approx(fitted.params[0])
        assert found.error == pytest.approx(fitted.bse[0], rel=0.04)
        assert found.interval(0.95) == pytest.approx(tuple(fitted.conf_int()[0]), abs=0.002)
        assert np.log(found.p_value) == pytest.approx(np.log(fitted.pvalues[0]), rel=0.1)
        percentiles = np.quantile(
            draws.drawn["a"] - (draws.drawn["b"] if found.value < 0.5 else 0), [0.025, 0.975]
        )
        assert found.interval(0.95) == pytest.approx(tuple(percentiles), abs=0.003)


def test_where_every_film_has_one_review_the_interval_is_wilsons() -> None:
    right = np.random.default_rng(3).random(5000) < 0.85
    alone = np.arange(5000, dtype=np.int32)
    wilson = proportion_confint(int(right.sum()), 5000, method="wilson")
    for films in (alone, np.full(5000, -1, np.int32)):
        found = draw_films({"a": right}, films, 5000).accuracy("a")
        assert found.films == 5000
        assert found.interval(0.95) == pytest.approx(wilson, abs=0.0007)
        assert found.error == pytest.approx(np.sqrt(right.mean() * (1 - right.mean()) / 5000), 0.03)


def test_four_copies_of_each_review_in_one_film_make_nobody_surer() -> None:
    right = np.random.default_rng(4).random(500) < 0.8
    films = np.arange(500, dtype=np.int32)
    once = draw_films({"a": right}, films, 2000).accuracy("a")
    often = draw_films({"a": np.repeat(right, 4)}, np.repeat(films, 4), 2000).accuracy("a")
    assert often == once
    as_if_alone = draw_films({"a": np.repeat(right, 4)}, np.arange(2000, dtype=np.int32), 2000)
    assert once.error / as_if_alone.accuracy("a").error == pytest.approx(2, rel=0.07)


def test_two_equal_models_differ_too_often_by_review_and_seldom_by_film() -> None:
    generator = np.random.default_rng(5)
    films = np.repeat(np.arange(60, dtype=np.int32), 8)
    by_film = by_review = 0
    for _ in range(200):
        first, second = (np.repeat(generator.random(60) < 0.7, 8) for _ in range(2))
        found = draw_films({"a": first, "b": second}, films, 400).difference("a", "b")
        by_film += found.p_value <= 0.05
        table = [[0, (first & ~second).sum()], [(second & ~first).sum(), 0]]
        by_review += mcnemar(table, exact=True).pvalue <= 0.05
    assert 2 <= by_film <= 22, "about 10 of 200"
    assert by_review > 60


def test_a_p_value_and_an_interval_agree_about_nought() -> None:
    for value in (-0.02, 0.001, 0.0195, 0.0197, 0.04):
        found = OverFilms(value, 0.01, 10_000)
        low, high = found.interval(0.95)
        assert (low <= 0 <= high) == (found.p_value > 0.05)
        assert found.p_value == pytest.approx(2 * norm.sf(abs(value) / 0.01), rel=0.01)


def test_models_that_say_the_same_are_not_told_apart_and_one_film_tells_nothing() -> None:
    right = np.array([True, False, True, True])
    films = np.array([7, 7, 8, 8], np.int32)
    same = draw_films({"a": right, "b": right}, films, 50).difference("a", "b")
    assert (same.p_value, same.interval(0.95)) == (1.0, (0.0, 0.0))
    one = draw_films({"a": right, "b": ~right}, np.full(4, 7, np.int32), 50).difference("a", "b")
    assert (one.films, one.p_value, one.interval(0.95)) == (1, 1.0, (-np.inf, np.inf))


def test_the_same_seed_draws_the_same_films_and_another_does_not() -> None:
    films, first, _ = some_films(300, 40, 6)
    one, again, other = (draw_films({"a": first}, films, 20, seed).drawn["a"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
