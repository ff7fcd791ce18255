"""Counts are those of a plain loop, whatever is in memory and whatever in files."""

import errno
import re
from collections import Counter
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelvec.models import sorted_counts
from reelvec.models.sorted_counts import SortedCounts

BLOCKS = st.lists(st.lists(st.integers(-5, 30), max_size=12), max_size=8)


@given(BLOCKS, st.integers(1, 4), st.integers(1, 10))
def test_counts_are_those_of_a_plain_loop(blocks: list[list[int]], least: int, held: int) -> None:
    counted = Counter(number for block in blocks for number in block)
    with patch.object(sorted_counts, "HELD", held), SortedCounts() as counts:
        for block in blocks:
            counts.add(np.array(block, np.int64))
        found = counts.at_least(least)
    assert found.tolist() == sorted(number for number in counted if counted[number] >= least)
    assert found.dtype == np.int64


def test_what_lay_on_disk_is_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(sorted_counts, "HELD", 100)
    with SortedCounts() as counts:
        for start in range(0, 1000, 50):
            counts.add(np.arange(start, start + 80))
        assert len(list(tmp_path.glob("*/*.npy"))) > 4
        assert len(counts.at_least(2)) == 19 * 30
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_named_with_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(sorted_counts, "HELD", 10)
    monkeypatch.setattr(sorted_counts, "save_array", full)
    with SortedCounts() as counts, pytest.raises(OSError, match=re.escape(str(tmp_path))):
        counts.add(np.arange(30))
    assert list(tmp_path.iterdir()) == []
