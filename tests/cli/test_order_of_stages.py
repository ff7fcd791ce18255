"""Which stage goes first, and how dvc.lock is put in order."""

from pathlib import Path

import networkx as nx

from reelvec.base.project.files import write_json
from reelvec.cli.repro import BEGUN, _order_before, seconds_ahead
from reelvec.dvc_interface import put_in_order

LOCK = "schema: '2.0'\nstages:\n  a:\n    cmd: x\n    deps:\n    - path: y\n  b@c:\n    cmd: z\n"


def test_the_longest_way_to_the_end_counts_all_that_waits_for_a_stage() -> None:
    graph = nx.DiGraph([("report", "evaluate"), ("evaluate", "gru"), ("evaluate", "scratch")])
    graph.add_edge("export", "scratch")
    found = seconds_ahead(graph, {"gru": 100.0, "scratch": 8.0, "export": 30.0})
    assert found == {"report": 1, "evaluate": 2, "gru": 102, "scratch": 38, "export": 30}


def test_new_stages_stand_where_dvc_would_have_put_them(tmp_path: Path) -> None:
    lock = tmp_path / "dvc.lock"
    lock.write_text(LOCK, encoding="utf-8")
    put_in_order(lock, ["a", "b@c"])
    assert lock.read_text(encoding="utf-8") == LOCK
    put_in_order(lock, ["b@c", "a"])
    swapped = lock.read_text(encoding="utf-8")
    assert swapped == (
        "schema: '2.0'\nstages:\n  b@c:\n    cmd: z\n  a:\n    cmd: x\n    deps:\n    - path: y\n"
    )
    put_in_order(lock, ["a", "unheard", "b@c", "a"])
    assert lock.read_text(encoding="utf-8") == LOCK
    put_in_order(tmp_path / "none", ["a"])
    assert not (tmp_path / "none").exists()


def test_after_a_run_that_did_not_end_the_order_is_that_of_before(tmp_path: Path) -> None:
    (tmp_path / "dvc.lock").write_text(LOCK, encoding="utf-8")
    assert _order_before(tmp_path) == ["a", "b@c"], "no run was ended"
    (tmp_path / BEGUN).parent.mkdir(parents=True)
    for before in ([], ["a"], ["gone", "a"], ["a", "b@c", "gone"]):
        write_json(tmp_path / BEGUN, before)
        assert _order_before(tmp_path) == before
    write_json(tmp_path / BEGUN, ["b@c", "a"])
    assert _order_before(tmp_path) == ["a", "b@c"], "another file was put there"
    (tmp_path / BEGUN).write_text("[", encoding="utf-8")
    assert _order_before(tmp_path) == ["a", "b@c"]
