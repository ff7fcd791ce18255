"""What the report says of films and of texts that stand twice."""

from dataclasses import replace

import pytest

from reelvec.evaluation.comparison import Comparison, Pair
from reelvec.evaluation.origins_report import copies_told, films_told, origins_table

ROW = {"accuracy": 0.8, "accuracy_low": 0.75, "accuracy_high": 0.85}
ROWS = {
    "a": {**ROW, "films_low": 0.74, "films_high": 0.86, "accuracy_without_copies": 0.7996},
    "b": {**ROW, "films_low": 0.725, "films_high": 0.875, "accuracy_without_copies": 0.8002},
    "c": {**ROW, "films_low": 0.74, "films_high": 0.86, "accuracy_without_copies": 0.8},
}
SURE = Pair(0.1, 0.08, 0.12, 9, 1, 0.001, 0.002, 0.075, 0.125, 0.004, 0.008)
UNSURE = Pair(0.1, 0.08, 0.12, 9, 1, 0.01, 0.02, 0.07, 0.13, 0.03, 0.06)
NONE = Pair(0.01, -0.01, 0.03, 9, 8, 0.8, 0.8, -0.01, 0.03, 0.8, 0.8)
PAIRS = {("a", "b"): SURE, ("a", "c"): UNSURE, ("b", "c"): NONE}
FOUND = Comparison(2000, 0.95, ROWS, PAIRS, 300, 9, 4, 6)


def test_the_report_says_how_much_wider_intervals_are_over_films() -> None:
    assert films_told(FOUND).startswith(
        "The 2,000 test reviews are of 300 films. Where films are drawn in place of reviews, the "
        "interval of a model's accuracy, and so its standard error, is 1.20 to 1.50 times as "
        "large; that of the difference of two models 1.00 to 1.50 times."
    )


def test_verdicts_that_change_over_films_are_named_with_both_p_values() -> None:
    assert films_told(FOUND).endswith(
        "By McNemar's test 2 of 3 pairs of models can be told apart (Holm p of at most 0.05); over "
        "films the verdict changes for a and c (Holm p 0.020, over films 0.060)."
    )
    none_changes = replace(FOUND, pairs={**PAIRS, ("a", "c"): SURE})
    assert films_told(none_changes).endswith("over films no verdict changes.")


def test_where_nobody_knows_the_films_the_table_tells_of_copies_alone() -> None:
    header, *rows = origins_table(replace(FOUND, test_films=0))
    assert header == ["Model", "Test accuracy", "95% interval", "Without copies"]
    assert rows[0] == ["a", "80.00%", "75.00% to 85.00%", "79.96%"]


def test_a_single_film_is_told_of_in_the_singular() -> None:
    alone = Comparison(10, 0.95, {"a": ROWS["a"]}, {}, 1)
    assert films_told(alone).startswith("The 10 test reviews are of 1 film. ")
    assert films_told(alone).endswith("and so its standard error, is 1.20 times as large.")


@pytest.mark.parametrize("low", [0.80, 0.7996])
def test_the_largest_change_without_copies_is_named_with_its_sign(low: float) -> None:
    rows = {**ROWS, "a": {**ROWS["a"], "accuracy_without_copies": low}}
    told = copies_told(replace(FOUND, variants=rows))
    assert told.startswith(
        "Of the 2,000 test reviews 9 have a text that stands elsewhere too, letter for letter: 4 "
        "among the training reviews (those for validation included), 6 among the unlabelled ones. "
    )
    largest = (
        "b changes most without them: by +0.02"
        if low == 0.8
        else ("a changes most without them: by -0.04")
    )
    assert told.endswith(f"Of all accuracies that of {largest} points.")


def test_without_copies_or_with_nothing_else_no_change_is_claimed() -> None:
    none = replace(FOUND, copies=0, copies_in_training=0, copies_in_unlabelled=0)
    assert copies_told(none).endswith("0 among the unlabelled ones.")
    nothing_else = replace(FOUND, variants={"a": {**ROW, "films_low": 0.7, "films_high": 0.9}})
    assert copies_told(nothing_else).endswith("Without them no test review is left.")
    assert origins_table(nothing_else)[1][-1] == "–"


def test_the_table_has_a_row_for_each_model() -> None:
    header, *rows = origins_table(FOUND)
    assert header[-2:] == ["95% interval over films", "Without copies"]
    assert rows[0] == ["a", "80.00%", "75.00% to 85.00%", "74.00% to 86.00%", "79.96%"]
    assert [row[0] for row in rows] == ["a", "b", "c"]
