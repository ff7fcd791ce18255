"""Random bytes at each place where something comes in, for a moment; `make fuzz` takes an hour."""

import pytest
from benchmarks.fuzz.seeds import seeds_of
from benchmarks.fuzz.targets import TARGETS
from changed_bytes import bytes_like
from hypothesis import HealthCheck, given, settings

EXAMPLES = {"long_texts": 15}
"""Of those that take longer."""


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_a_fault_is_none_now(name: str) -> None:
    for seed in seeds_of(name):
        TARGETS[name](seed)


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_in_is_read_or_refused_in_words(name: str) -> None:
    @settings(
        max_examples=EXAMPLES.get(name, 100), deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(bytes_like(seeds_of(name)))
    def try_out(data: bytes) -> None:
        TARGETS[name](data)

    try_out()
