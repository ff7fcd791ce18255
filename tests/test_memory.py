"""What is remembered is what was made, to the last bit, and only of the very same."""

from pathlib import Path

import numpy as np
import pytest

from reelvec.memory import Memory

FOUND = np.array([[0.1, -0.0], [np.nan, 1e-300]])


class Made:
    """Makes the same again and again, and counts how often."""

    def __init__(self, found: object) -> None:
        self.found, self.times = found, 0

    def __call__(self) -> object:
        self.times += 1
        return self.found


def test_values_and_arrays_are_made_once_and_come_back_to_the_last_bit(tmp_path: Path) -> None:
    array, value = Made(FOUND), Made([("good", 1 / 3), (None, {"a": 1e-9})])
    for _ in range(2):
        memory = Memory(tmp_path)
        assert memory.array("same", array).tobytes() == FOUND.tobytes()  # type: ignore[arg-type]
        assert memory.value("same", value) == [["good", 1 / 3], [None, {"a": 1e-9}]]
    assert (array.times, value.times) == (1, 1)


def test_what_anything_else_decides_is_made_anew(tmp_path: Path) -> None:
    memory, value = Memory(tmp_path), Made(1)
    for deciding in ("a", "b", "a "):
        memory.value(deciding, value)
    assert value.times == 3


@pytest.mark.parametrize("place", [0, 40, 60, -1])
def test_a_damaged_file_is_made_anew(tmp_path: Path, place: int) -> None:
    array, value = Made(FOUND), Made(["one", "two", "three", "four", "five"])
    for again in range(3):
        memory = Memory(tmp_path)
        assert memory.array("same", array).tobytes() == FOUND.tobytes()  # type: ignore[arg-type]
        assert memory.value("same", value) == value.found
        for file in tmp_path.iterdir():
            content = bytearray(file.read_bytes())
            content[place] ^= 1
            file.write_bytes(content if again else content[:-3])
    assert (array.times, value.times) == (3, 3)


def test_what_was_not_asked_for_is_forgotten(tmp_path: Path) -> None:
    Memory(tmp_path).value("old", Made(1))
    memory = Memory(tmp_path)
    memory.value("new", Made(2))
    memory.forget_others()
    assert len(list(tmp_path.iterdir())) == 1
    again = Made(3)
    assert Memory(tmp_path).value("new", again) == 2
