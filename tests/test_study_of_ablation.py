"""What self-training and refitting put in: kept bit by bit, averaged over seeds, tested by film."""

from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from studies.common.ablation import (
    CHANGES,
    WAYS,
    Way,
    ablation_markdown,
    as_text,
    effects,
    from_text,
)

from reelvec.base.statistics import holm

SHARES: dict[Way, float] = {
    (False, False): 0.80,
    (False, True): 0.80,
    (True, False): 0.84,
    (True, True): 0.90,
}
REVIEWS, FILMS = 3000, 400
SIZES = {"train": 20_000, "valid": 5_000, "test": REVIEWS, "unsup": 50_000}


def films_and_right(seeds: int = 3) -> tuple[np.ndarray, dict[Way, list[np.ndarray]]]:
    generator = np.random.default_rng(1)
    films = generator.integers(0, FILMS, REVIEWS).astype(np.int32)
    hard = generator.random(FILMS)[films] * 0.5 + generator.random(REVIEWS) * 0.5
    return films, {
        way: [hard < np.quantile(hard, share + 0.002 * seed) for seed in range(seeds)]
        for way, share in SHARES.items()
    }


def cells(right: dict[Way, list[np.ndarray]]) -> list[dict[str, Any]]:
    return [
        {
            "model": "ngrams",
            "self_training": way[0],
            "refit": way[1],
            "seed": seed,
            "accuracy": float(each.mean()),
            "right": as_text(each),
        }
        for way, found in right.items()
        for seed, each in enumerate(found, 1)
    ]


@given(st.lists(st.booleans(), max_size=40))
def test_which_reviews_are_right_comes_back_from_its_text(right: list[bool]) -> None:
    assert from_text(as_text(np.array(right, bool)), len(right)).tolist() == right


def test_an_effect_is_the_mean_over_seeds_with_its_error_over_films() -> None:
    films, right = films_and_right()
    found = effects(right, films)
    assert {(each.before, each.after) for each in found} == set(CHANGES)
    for each in found:
        before, after = (np.mean(right[way], axis=0) for way in (each.before, each.after))
        assert each.found.value == pytest.approx(float((after - before).mean()))
        clustered = sm.OLS(after - before, np.ones(REVIEWS)).fit(
            cov_type="cluster", cov_kwds={"groups": films}
        )
        assert each.found.error == pytest.approx(clustered.bse[0], rel=0.05, abs=1e-12)
    p_values = [each.found.p_value for each in found]
    assert [each.p_holm for each in found] == pytest.approx(holm(p_values))


def test_the_report_says_what_each_adds_and_how_many_labels_it_took() -> None:
    films, right = films_and_right()
    report = ablation_markdown(cells(right), SIZES, films, 0.95, "SAMPLE DATA")
    assert report.splitlines()[0] == "SAMPLE DATA"
    lines = [line for line in report.splitlines() if line.startswith("- ")]
    assert len(lines) == len(CHANGES)
    assert lines[0].startswith("- A refit alone adds +0.00 points (95% interval +0.00 to +0.00, ")
    assert lines[0].endswith("; not told apart from 0).")
    assert lines[1].startswith("- Self-training alone adds +4.00 points (95% interval +3.")
    assert lines[1].endswith(", Holm p < 0.001).")
    rows = [line.split("|")[1:-1] for line in report.splitlines() if line.startswith("| ")]
    table = [[cell.strip() for cell in row] for row in rows]
    assert [row[:3] for row in table[1:]] == [
        ["neither", "20,000", "–"],
        ["refit", "25,000", "–"],
        ["self-training", "20,000", "50,000"],
        ["both", "25,000", "50,000"],
    ]
    assert table[1][3:] == ["80.20%", "80.00%, 80.20%, 80.40%"]
    assert "trained 3 times each way" in report
    assert f"({len(set(films.tolist()))} of them; a review whose film" in report


def test_where_no_film_is_known_every_review_is_drawn_by_itself() -> None:
    _, right = films_and_right(seeds=1)
    report = ablation_markdown(cells(right), SIZES, None, 0.95, "SAMPLE DATA")
    assert "(3,000 of them; a review whose film" in report
    assert list(WAYS.values()) == ["neither", "refit", "self-training", "both"]
