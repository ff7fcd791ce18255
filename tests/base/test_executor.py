"""Blocks come back in their order, and what is wrong with a cluster is said in a line."""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from reelvec.base import executor
from reelvec.base.errors import ReelvecError
from reelvec.base.executor import SCHEDULER, in_order, map_blocks


def slow_at_first(number: int) -> int:
    time.sleep(0.05 if number == 0 else 0)
    return number * 2


@pytest.mark.parametrize("threads", [1, 3])
def test_results_come_in_the_order_of_the_blocks(
    monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    monkeypatch.setattr(executor, "THREADS", threads)
    assert list(map_blocks(slow_at_first, range(7))) == [0, 2, 4, 6, 8, 10, 12]
    assert list(map_blocks(slow_at_first, [])) == []


def test_after_a_failure_no_further_block_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "THREADS", 1)
    begun = []

    def fail_at_second(number: int) -> None:
        begun.append(number)
        time.sleep(0.01)
        if number == 1:
            raise ReelvecError("no such film")

    with pytest.raises(ReelvecError, match="no such film"):
        list(map_blocks(fail_at_second, range(100)))
    assert len(begun) < 10


def test_no_result_comes_behind_the_failure_of_a_block_before_it() -> None:
    def fail_at_second(number: int) -> int:
        if number == 1:
            raise ReelvecError("no such film")
        return number

    with ThreadPoolExecutor(2) as pool:
        results = in_order(pool.submit, fail_at_second, range(5), 2)
        assert next(results) == 0
        with pytest.raises(ReelvecError, match="no such film"):
            next(results)


def test_what_was_read_before_a_block_that_cannot_be_read_is_answered_first() -> None:
    def blocks() -> Iterator[int]:
        yield from (1, 2, 3)
        raise ReelvecError("damaged")

    with ThreadPoolExecutor(2) as pool:
        results = in_order(pool.submit, slow_at_first, blocks(), 1)
        assert [next(results) for _ in range(3)] == [2, 4, 6]
        with pytest.raises(ReelvecError, match="damaged"):
            next(results)


def test_without_the_package_a_cluster_is_an_error_that_names_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(SCHEDULER, "tcp://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ReelvecError, match=r"pip install 'reelvec\[cluster\]'"):
        list(map_blocks(slow_at_first, range(3)))


def test_a_worker_with_other_code_does_nothing() -> None:
    assert executor._as_here(executor.installed(), slow_at_first, 2) == 4
    with pytest.raises(ReelvecError, match=r"a Dask worker has .* but here it is reelvec 0"):
        executor._as_here("reelvec 0", slow_at_first, 2)
