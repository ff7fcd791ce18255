"""A pipe gets its answers while it is open: none waits for more, and many are answered at once."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from threading import Event, Timer
from typing import IO, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_project import CommandLine

from reelvec.base.errors import ReelvecError
from reelvec.cli.piped_reviews import reviews_as_they_come
from reelvec.cli.review_files import lines_of

COMMAND = [sys.executable, "-c", "from reelvec.cli.main import main; main()", "predict", "-"]
HANG = 120  # seconds; only a guard against tests that never end


class Conversation:
    """`reelvec predict` between two pipes."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.input: IO[bytes] = process.stdin  # type: ignore[assignment]
        self.output: IO[bytes] = process.stdout  # type: ignore[assignment]

    def say(self, text: bytes) -> None:
        self.input.write(text)
        self.input.flush()

    def hear(self) -> str:
        """The text that the next answer is about."""
        return str(json.loads(self.output.readline())["text"])

    def end(self) -> tuple[int, bytes]:
        """The status, and what was told besides the answers."""
        told = self.process.stderr.read()  # type: ignore[union-attr]
        return self.process.wait(timeout=HANG), told


@contextmanager
def conversation(project: Path) -> Iterator[Conversation]:
    process = subprocess.Popen(
        [*COMMAND, "--variant", "scratch", "--json"],
        cwd=project,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell that runs the tests in the background has them ignore Ctrl-C.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    guard = Timer(HANG, process.kill)
    guard.start()
    try:
        yield Conversation(process)
    finally:
        guard.cancel()
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_line_is_answered_while_the_pipe_is_open(project: Path) -> None:
    with conversation(project) as talk:
        talk.say(b"A wonderful film.\n")
        assert talk.hear() == "A wonderful film."
        talk.say(b"Dull.\nA waste of ti")
        assert talk.hear() == "Dull."
        talk.say("me, naïve".encode())
        talk.input.close()
        assert talk.hear() == "A waste of time, naïve"
        assert talk.output.read() == b""
        assert talk.end() == (0, b"")


@pytest.mark.slow
def test_ctrl_c_ends_the_waiting_without_a_word(project: Path) -> None:
    with conversation(project) as talk:
        talk.say(b"good\n")
        talk.hear()
        talk.process.send_signal(signal.SIGINT)
        assert talk.end() == (130, b"")


@pytest.mark.slow
def test_a_reader_that_has_had_enough_ends_it_without_a_word(project: Path) -> None:
    with conversation(project) as talk:
        talk.say(b"good\n")
        talk.hear()
        talk.output.close()
        talk.say(b"bad\n")
        assert talk.end() == (1, b"")


class Chunks(BytesIO):
    """Bytes that come in given pieces; `ended` is set when somebody has read the last."""

    def __init__(self, pieces: list[bytes], before: Callable[[], Any] = lambda: None) -> None:
        super().__init__()
        self._pieces, self._before, self.ended = iter(pieces), before, Event()

    def read(self, _: Any = None) -> bytes:
        piece = next(self._pieces, b"")
        if not piece:
            self.ended.set()
            self._before()
        return piece


@given(st.lists(st.sampled_from(["", "a", "é\r", "\u2028 x", "long " * 9]), max_size=9), st.data())
def test_lines_are_the_same_however_they_come(lines: list[str], data: st.DataObject) -> None:
    content = ("\ufeff" + "\n".join(lines)).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=9)))
    ends = zip([0, *cuts], [*cuts, len(content)], strict=True)
    stream = Chunks([content[start:end] for start, end in ends if end > start])
    found = [line for lines in reviews_as_they_come(stream, "it") for line in lines]
    assert found == lines_of(content, "it")


def test_what_came_in_the_meantime_is_one_block() -> None:
    never = Event()
    stream = Chunks([b"one\n", *[b"%d\n" % number for number in range(50)]], never.wait)
    blocks = reviews_as_they_come(stream, "it")
    found = next(blocks)
    assert stream.ended.wait(HANG), "it is read while models work"
    found += next(blocks) if len(found) < 51 else []
    assert found == ["one", *map(str, range(50))]
    never.set()
    assert list(blocks) == [[]]


def test_the_lines_before_one_that_is_no_utf_8_are_answered(reelvec: CommandLine) -> None:
    answer = reelvec("predict", "--variant", "scratch", piped=b"good\nbad\nd\xe9j\xe0\ngood\n")
    assert answer.status == 1
    assert [line.split()[-1] for line in answer.lines] == ["good", "bad"]
    assert answer.err.startswith("error: standard input, line 3: not UTF-8; convert it")


def test_the_last_line_that_is_no_utf_8_is_named() -> None:
    blocks = reviews_as_they_come(Chunks([b"good\nd", b"\xe9"]), "it")
    assert next(blocks) == ["good"]
    with pytest.raises(ReelvecError, match="it, line 2: not UTF-8"):
        next(blocks)


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), ValueError("it is closed")])
def test_a_pipe_that_breaks_is_told_after_what_came(error: Exception) -> None:
    def broken() -> None:
        raise error

    blocks = reviews_as_they_come(Chunks([b"good\n"], broken), "it")
    with pytest.raises(type(error), match=str(error.args[-1])):
        assert [*next(blocks), *next(blocks)] == ["good"]


def test_a_pipe_that_says_there_is_nothing_yet_has_not_ended() -> None:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    with os.fdopen(reader, "rb") as stream, os.fdopen(writer, "wb") as late:
        Timer(0.1, lambda: (late.write(b"late\n"), late.close())).start()
        found = [line for lines in reviews_as_they_come(stream, "it") for line in lines]
    assert found == ["late"]
