"""The studies: cells are computed once, means and turning points are right, stages are declared."""

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from imports import NO_OUTPUT, undeclared_and_unused
from ruamel.yaml import YAML
from scipy.stats import ttest_rel
from studies.common.cells import Inputs, run_cells
from studies.common.curves_picture import draw_curves
from studies.common.learning_curves import (
    advice,
    all_leads,
    curves_markdown,
    means,
    told,
    turning_point,
)
from studies.common.params import load_study, study_variant
from studies.common.rows import CELL, as_csv, read_csv
from studies.common.rows import CURVES as COLUMNS
from studies.common.seeds import compare_over_seeds, mean_over_seeds
from studies.common.tables import run_table
from studies.common.tutorial_reviews import TUTORIAL_PREPROCESS

from reelvec.base.errors import ReelvecError

PROJECT = Path(__file__).parents[1]
STUDIES = sorted((PROJECT / "studies").glob("*/dvc.yaml"))


def stages(path: Path) -> Mapping[str, Any]:
    return dict(YAML(typ="safe", pure=True).load(path)["stages"])


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.parent.name)
def test_a_studys_code_is_what_its_scripts_import(path: Path) -> None:
    packages = [PROJECT / "src/reelvec", PROJECT / "studies"]
    for stage in stages(path).values():
        script = PROJECT / f"{shlex.split(stage['cmd'])[2].replace('.', '/')}.py"
        code = [dep for dep in stage["deps"] if dep.startswith(("src/", "studies/"))]
        data = ("/reports/", "/vectors", "/assets", ".yaml")
        places = [PROJECT / dep for dep in code if not any(part in dep for part in data)]
        exempt = [PROJECT / place for place in NO_OUTPUT]
        undeclared, unused = undeclared_and_unused(script, places, packages, exempt)
        assert (undeclared, unused) == (set(), set())


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.parent.name)
def test_every_script_of_a_study_is_a_stage_and_reads_declared_sections(path: Path) -> None:
    scripts = {f"{name}.py" for name in stages(path)}
    assert scripts == {file.name for file in path.parent.glob("*.py")}
    sections = load_study(path.parent)
    for stage in stages(path).values():
        for entry in stage["params"]:
            if isinstance(entry, dict):
                (names,) = entry.values()
                assert set(names) <= set(sections)


def test_cells_are_computed_once_and_again_when_something_changes(tmp_path: Path) -> None:
    data = tmp_path / "data.txt"
    data.write_text("one")
    calls: list[int] = []

    def compute(cell: Mapping[str, Any]) -> dict[str, float]:
        calls.append(cell["seed"])
        if cell["seed"] == 9:
            raise KeyboardInterrupt
        return {"accuracy": cell["seed"] / 10}

    cells = [{"seed": seed} for seed in (1, 2, 9)]
    folder, inputs = tmp_path / "cells", Inputs({}, [data])
    with pytest.raises(KeyboardInterrupt):
        run_cells(cells, compute, folder, inputs)
    rows = run_cells(cells[:2], compute, folder, inputs)
    assert rows == [{"seed": 1, "accuracy": 0.1}, {"seed": 2, "accuracy": 0.2}]
    assert calls == [1, 2, 9], "what was finished before the interruption is not computed again"
    run_cells(cells[:1], compute, folder, Inputs({"epochs": 3}, [data]))
    data.write_text("two")
    run_cells(cells[:1], compute, folder, inputs)
    assert calls == [1, 2, 9, 1, 1]


def test_a_cell_depends_on_its_own_data_alone(tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.txt" for name in ("glove", "word2vec")}
    for path in files.values():
        path.write_text("before")
    calls: list[str] = []

    def compute(cell: Mapping[str, Any]) -> dict[str, float]:
        calls.append(cell["vectors"])
        return {"accuracy": 0.5}

    cells = [{"vectors": name} for name in files]
    inputs = Inputs({}, [], lambda cell: (None, [files[cell["vectors"]]]))
    run_cells(cells, compute, tmp_path / "cells", inputs)
    files["glove"].write_text("after")
    run_cells(cells, compute, tmp_path / "cells", inputs)
    assert calls == ["glove", "word2vec", "glove"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_other_code_that_gives_the_same_keeps_the_cells_and_else_computes_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], jobs: int
) -> None:
    code, log = tmp_path / "study.py", tmp_path / "calls.txt"
    shift = [0.0]

    def compute(cell: Mapping[str, Any]) -> dict[str, float]:
        with log.open("a") as stream:
            stream.write(f"{cell['model']}{cell['seed']}\n")
        return {"accuracy": cell["seed"] / 10 + (shift[0] if cell["model"] == "b" else 0)}

    def computed() -> list[str]:
        calls = log.read_text().split() if log.exists() else []
        log.unlink(missing_ok=True)
        return sorted(calls)

    cells = [{"model": model, "seed": seed} for model in "ab" for seed in range(1, 6)]
    asked = (cells, compute, tmp_path / "cells", Inputs({}, [code]), jobs)
    code.write_text("first = 1")
    before = run_cells(*asked)
    assert len(computed()) == 10
    code.write_text("second = 1")
    assert run_cells(*asked) == before
    assert [call[0] for call in computed()] == ["a", "b"], "one of each kind, and no more"
    assert "2 cells computed anew, all as before: the 8 others are kept" in capsys.readouterr().out
    assert run_cells(*asked) == before
    assert computed() == []
    code.write_text("third = 1")
    shift[0] = 0.01
    after = run_cells(*asked)
    assert len(computed()) == 10
    assert [row["accuracy"] for row in after[5:]] == [
        pytest.approx(row["accuracy"] + 0.01) for row in before[5:]
    ]
    assert "1 differ: all 8 others are computed anew" in capsys.readouterr().out


def test_a_table_in_git_stands_for_cells_that_are_not_here_once_one_of_each_kind_was_tried(
    tmp_path: Path,
) -> None:
    calls: list[str] = []
    shift = [0.0]

    def compute(cell: Mapping[str, Any]) -> dict[str, float]:
        calls.append(cell["model"])
        return {"accuracy": cell["seed"] / 8 + shift[0]}

    data, table = tmp_path / "data.txt", tmp_path / "curves.csv"
    data.write_text("before")
    cells = [{"model": m, "reviews": 2, "seed": seed} for m in "ab" for seed in range(1, 6)]

    def computed(checkout: str) -> list[dict[str, Any]]:
        calls.clear()
        folder = tmp_path / checkout
        return run_table(table, COLUMNS, cells, compute, folder, Inputs({}, [data]))

    rows = computed("first")
    written = table.read_bytes()
    assert computed("second") == rows
    assert (sorted(calls), table.read_bytes()) == (["a", "b"], written)
    shift[0] = 0.125
    expected = [{**row, "accuracy": row["accuracy"] + 0.125} for row in rows]
    assert computed("third") == expected
    assert len(calls) == 10, "one figure was another"
    data.write_text("after")
    computed("fourth")
    assert len(calls) == 10, "what is in the table is of other data"


def test_a_stop_brings_no_figure_back_that_was_found_to_be_another(tmp_path: Path) -> None:
    changed: set[int] = set()
    left = [99]

    def compute(cell: Mapping[str, Any]) -> dict[str, float]:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return {"accuracy": cell["seed"] / 8 + (cell["seed"] in changed)}

    table = tmp_path / "curves.csv"
    cells = [{"model": "a", "reviews": 2, "seed": seed} for seed in range(1, 9)]

    def computed(checkout: str) -> list[dict[str, Any]]:
        return run_table(table, COLUMNS, cells, compute, tmp_path / checkout, Inputs({}, []))

    before = computed("first")
    drawn, *others = (
        json.loads(path.read_bytes())["settings"]["seed"]
        for path in sorted((tmp_path / "first").iterdir())
    )
    changed |= {drawn, *others[3:]}
    for left[0] in range(1, 4):
        with pytest.raises(KeyboardInterrupt):
            computed("second")
    left[0] = 99
    assert computed("second") == [
        {**row, "accuracy": row["accuracy"] + (row["seed"] in changed)} for row in before
    ]


def test_a_table_that_is_damaged_or_says_two_things_of_a_cell_stands_for_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calls: list[int] = []

    def compute(cell: Mapping[str, Any]) -> dict[str, float]:
        calls.append(cell["seed"])
        return {"accuracy": 0.5}

    table = tmp_path / "curves.csv"
    cells = [{"model": "a", "reviews": 2, "seed": seed} for seed in (1, 2, 3)]

    def computed(checkout: str) -> list[int]:
        calls.clear()
        run_table(table, COLUMNS, cells, compute, tmp_path / checkout, Inputs({}, []))
        return sorted(calls)

    assert computed("first") == [1, 2, 3]
    good = table.read_text()
    name = good.split()[2].rpartition(",")[2]
    table.write_text(f"{good}a,2,2,0.900000,{name}\n")
    assert 2 in computed("merged")
    assert table.read_text() == good
    for damaged in (good.replace("0.500000", "nan"), good.replace(",cell", "")):
        table.write_text(damaged)
        assert computed(f"damaged{len(damaged)}") == [1, 2, 3]
        assert "missing or damaged" in capsys.readouterr().out


def test_dvc_leaves_the_tables_that_stand_for_cells() -> None:
    outs = [out for path in STUDIES for stage in stages(path).values() for out in stage["outs"]]
    described = [each for out in outs if isinstance(out, dict) for each in out.items()]
    kept = {Path(path).name for path, how in described if how.get("persist")}
    assert kept == {"curves.csv", "features.csv"}


def test_cells_computed_side_by_side_stand_in_order_and_an_error_loses_none(
    tmp_path: Path,
) -> None:
    def compute(cell: Mapping[str, Any]) -> dict[str, float]:
        if cell["seed"] == 9:
            raise ReelvecError("no ninth seed")
        return {"accuracy": cell["seed"] / 10}

    cells, inputs = [{"seed": seed} for seed in (3, 1, 2)], Inputs({}, [])
    rows = run_cells(cells, compute, tmp_path, inputs, jobs=2)
    assert rows == [{"seed": seed, "accuracy": seed / 10} for seed in (3, 1, 2)]
    kept = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(ReelvecError, match="no ninth seed"):
        run_cells([*cells, {"seed": 9}], compute, tmp_path, inputs, jobs=2)
    assert {path.name for path in tmp_path.iterdir()} == kept


def test_a_mean_over_seeds_has_students_interval() -> None:
    found = mean_over_seeds([0.80, 0.82, 0.84], 0.95)
    assert found.value == pytest.approx(0.82)
    # t for two degrees of freedom is 4.3027, the standard error 0.02 / sqrt(3).
    assert found.high - found.value == pytest.approx(4.3027 * 0.02 / 3**0.5, rel=1e-4)
    assert mean_over_seeds([0.8], 0.95).low == 0.8


def test_seeds_are_compared_in_pairs_and_corrected() -> None:
    values = {"a": [0.9, 0.91, 0.93], "b": [0.8, 0.82, 0.81], "c": [0.8, 0.83, 0.8]}
    found = {(test.first, test.second): test for test in compare_over_seeds(values, 0.95)}
    assert list(found) == [("a", "b"), ("a", "c"), ("b", "c")]
    expected = ttest_rel(values["a"], values["b"]).pvalue
    assert found["a", "b"].p_value == pytest.approx(expected)
    assert all(test.p_holm >= test.p_value for test in found.values())
    smallest = min(found.values(), key=lambda test: test.p_value)
    assert smallest.p_holm == pytest.approx(min(1, 3 * smallest.p_value))


def rows(accuracies: dict[tuple[str, int], list[float]]) -> list[dict[str, Any]]:
    return [
        {"model": model, "reviews": size, "seed": seed, "accuracy": accuracy}
        for (model, size), values in accuracies.items()
        for seed, accuracy in enumerate(values, 1)
    ]


CURVES = rows(
    {
        ("scratch", 100): [0.60, 0.61, 0.62],
        ("scratch", 1000): [0.80, 0.81, 0.79],
        ("glove_frozen", 100): [0.70, 0.72, 0.71],
        ("glove_frozen", 1000): [0.75, 0.75, 0.76],
    }
)


def test_the_sentence_says_with_how_many_reviews_glove_wins_and_where_it_loses() -> None:
    sentence = turning_point(all_leads(CURVES, 0.95), "glove_frozen", "scratch", 0.95)
    assert sentence.startswith(
        "glove_frozen against scratch, of the 2 sizes from 100 to 1,000 reviews: surely ahead with "
        "100 (+10.0 points, 95% interval"
    )
    assert "surely behind with 1,000 (-4.7 points" in sentence
    even = rows({("a", 10): [0.5, 0.6], ("b", 10): [0.6, 0.5]})
    assert turning_point(all_leads(even, 0.95), "a", "b", 0.95).endswith("nowhere surely apart.")


def test_a_lead_is_sure_only_after_all_tests_of_the_study_are_counted() -> None:
    alone = {("a", 10): [0.50, 0.60, 0.57], ("b", 10): [0.55, 0.66, 0.61]}
    lead = all_leads(rows(alone), 0.95)["b", "a", 10]
    assert lead.is_sure
    assert lead.mean.low > 0
    generator = np.random.default_rng(3)
    noise = {(f"noise{n}", 10): generator.uniform(0.5, 0.6, 3).tolist() for n in range(8)}
    among = all_leads(rows(alone | noise), 0.95)["b", "a", 10]
    assert among.mean == lead.mean
    assert not among.is_sure
    assert all_leads(rows(alone), 0.95)["a", "b", 10].mean.value == -lead.mean.value


def test_the_advice_names_the_best_model_and_those_that_may_be_as_good() -> None:
    found, leads = means(CURVES, 0.95), all_leads(CURVES, 0.95)
    none, first, second = advice(found, leads, {"tfidf": 0.6, "glove": 0.7})
    assert none == (
        "Without labels: glove 70.0%, from words of praise and blame; behind it tfidf 60.0%."
    )
    assert advice(found, leads, {}) == [first, second]
    assert first == "With 100 reviews: glove_frozen, 71.0%."
    assert second == "With 1,000 reviews: scratch, 80.0%."


def test_curves_have_all_cells_a_band_and_a_report() -> None:
    written = as_csv([{**row, CELL: "f00d"} for row in CURVES], COLUMNS).splitlines()
    assert written[:2] == ["model,reviews,seed,accuracy,cell", "scratch,100,1,0.600000,f00d"]
    assert len(written) == len(CURVES) + 1
    found = means(CURVES, 0.95)["scratch"]
    assert list(found) == [100, 1000]
    assert found[100].low < found[100].value == pytest.approx(0.61)
    (axes,) = draw_curves(means(CURVES, 0.95), {"scratch": 0.5}, "SAMPLE DATA").axes
    assert len(axes.collections) == 2, "a band for each model"
    assert {text.get_text() for text in axes.texts} == {"scratch", "glove_frozen"}
    report = curves_markdown(CURVES, {"tfidf": 0.7}, 0.95, "SAMPLE DATA")
    assert report.splitlines()[0] == "SAMPLE DATA"
    assert "for all 2 tests of the study" in report
    assert "70.0%" in report


def test_the_short_advice_tells_sizes_with_the_same_best_model_together() -> None:
    more = rows({("scratch", 5000): [0.9, 0.9, 0.9], ("glove_frozen", 5000): [0.7, 0.7, 0.7]})
    short, *_ = told([*CURVES, *more], {"tfidf": 0.6}, 0.95, "SAMPLE DATA")["short"]
    assert short == (
        "Best on average over 3 seeds: without labels tfidf and words of praise and blame (60.0%); "
        "with 100 labels glove_frozen (71.0%); with 1,000 to 5,000 labels scratch (80.0% to 90.0%)."
    )


def test_a_model_that_was_not_computed_with_every_size_is_held_against_others_where_it_was() -> (
    None
):
    partly = [*CURVES, *rows({("slow", 100): [0.5, 0.51, 0.52]})]
    leads = all_leads(partly, 0.95)
    assert ("slow", "scratch", 100) in leads
    assert ("slow", "scratch", 1000) not in leads
    report = curves_markdown(partly, {}, 0.95, "SAMPLE DATA")
    (line,) = [line for line in report.splitlines() if line.startswith("| 1,000 ")]
    assert line.split("|")[-2].strip() == "–"
    assert "for all 4 tests of the study" in report


def test_the_committed_curves_have_just_the_cells_that_their_parameters_name() -> None:
    from studies.learning_curves.curves import cells_of

    folder = PROJECT / "studies/learning_curves"
    kept = read_csv(folder / "reports/curves.csv", COLUMNS)
    names = ("model", "reviews", "seed")
    asked = cells_of(load_study(folder)["curves"])
    assert [[row[name] for name in names] for row in kept] == [
        [row[name] for name in names] for row in asked
    ]


def test_a_studys_wrong_key_is_named() -> None:
    assert study_variant({"dimension": 4}, {"kernels": [2, 3]}).kernels == (2, 3)
    with pytest.raises(ReelvecError, match="dimensions"):
        study_variant({"dimensions": 4})


def test_the_tutorials_tokens_lose_punctuation_and_nothing_else() -> None:
    from reelvec.text.columns import words_as_in_reviews

    assert words_as_in_reviews(["Don't", "WELL-made"], TUTORIAL_PREPROCESS) == ["dont", "wellmade"]
