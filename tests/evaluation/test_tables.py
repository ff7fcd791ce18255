"""Figures as people read them."""

import pytest

from reelvec.evaluation.tables import distance, percent, points, signed


@pytest.mark.parametrize(("share", "text"), [(0.95, "95%"), (0.999, "99.9%"), (0.9, "90%")])
def test_confidence_is_written_without_rounding(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("share", "texts"),
    [
        (0.0042, ("+0.4", "+0.4", "0.4")),
        (-0.101, ("-10.1", "-10.1", "-10.1")),
        (0.0004, ("+0.0", "0.0", "0.0")),
        (-0.0004, ("-0.0", "0.0", "0.0")),
    ],
)
def test_points_have_a_sign_unless_they_round_to_none(
    share: float, texts: tuple[str, str, str]
) -> None:
    assert (signed(share), points(share), distance(share)) == texts
