"""Clients that ask one question after the other; some are slow, some hang up."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from benchmarks.soak.questions import Question, new_word, with_new_words

SLOW, HANGS_UP = 0.1, 0.1
"""Of all requests, those that are sent bit by bit, and those whose client does not wait."""

PIECES, LONGEST_PAUSE = 5, 0.5
"""Of a slow body, and the seconds between two of them."""

PATIENCE = 120.0
"""Seconds after which an answer is none."""

MOST_SHOWN = 200
"""Letters of a wrong answer that are kept."""


@dataclass(slots=True)
class Tally:
    """What clients saw.

    Attributes:
        right: answers like the model's own.
        refused: refusals of what is to be refused.
        hung_up: requests whose client did not wait.
        wrong: other answers, as they came.
        lost: requests that got no answer, and why.
        short: seconds of each single short review that was sent in one go.
        all: seconds of each request that was sent in one go and answered.
    """

    right: int = 0
    refused: int = 0
    hung_up: int = 0
    wrong: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    short: list[float] = field(default_factory=list)
    all: list[float] = field(default_factory=list)


async def ask_on(
    port: int, questions: Sequence[Question], go_on: Callable[[], bool], clients: int, seed: int
) -> Tally:
    """Let clients ask, each as soon as it has its answer.

    Args:
        port: of the server, on this machine.
        questions: what to draw from.
        go_on: whether one more question is asked.
        clients: how many ask at once.
        seed: of what each client draws.
    """
    tally = Tally()

    async def client(number: int) -> None:
        generator = random.Random(f"{seed} {number}")
        while go_on():
            await _ask(port, generator.choice(questions), generator, tally)

    await asyncio.gather(*(client(number) for number in range(clients)))
    return tally


def for_seconds(seconds: float) -> Callable[[], bool]:
    """Whether the time is not yet over."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() < end


async def _ask(port: int, question: Question, generator: random.Random, tally: Tally) -> None:
    body = with_new_words(question.body, partial(new_word, generator))
    manner = generator.random()
    slow, hangs_up = manner < SLOW, manner > 1 - HANGS_UP
    start = time.monotonic()
    try:
        async with asyncio.timeout(PATIENCE):
            pause = (lambda: LONGEST_PAUSE * generator.random()) if slow else None
            cut = generator.randrange(len(body)) if hangs_up else None
            answer = await exchange(port, body, question.content_type, pause, cut)
    except (OSError, TimeoutError, EOFError, ValueError) as error:
        tally.lost.append(f"{type(error).__name__}: {error}")
        return
    if answer is None:
        tally.hung_up += 1
    elif not question.is_right(*answer):
        status, told = answer
        tally.wrong.append(f"{status}: {told[:MOST_SHOWN]!r}, asked {body[:MOST_SHOWN]!r}")
    else:
        tally.right += question.answers is not None
        tally.refused += question.answers is None
        if not slow:
            tally.all.append(time.monotonic() - start)
            if question.short:
                tally.short.append(time.monotonic() - start)


async def exchange(
    port: int,
    body: bytes,
    content_type: str,
    pause: Callable[[], float] | None = None,
    cut: int | None = None,
) -> tuple[int, bytes] | None:
    """Send a request on a connection of its own.

    Args:
        port: of the server, on this machine.
        body: what to send.
        content_type: what kind of body it is.
        pause: seconds between the pieces of the body; None sends it in one go.
        cut: hang up after this many bytes of it.

    Returns:
        the status and the body of the answer; None where the client hung up.

    Raises:
        OSError, EOFError, ValueError: there came no whole answer.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(
            b"POST /invocations HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            b"Content-Type: %b\r\nContent-Length: %d\r\n\r\n" % (content_type.encode(), len(body))
        )
        sent = body if cut is None else body[:cut]
        size = len(sent) if pause is None else len(sent) // PIECES + 1
        for start in range(0, len(sent), size or 1):
            writer.write(sent[start : start + size])
            await writer.drain()
            if pause is not None:
                await asyncio.sleep(pause())
        if cut is not None:
            return None
        return _parsed(await reader.read())
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def _parsed(answer: bytes) -> tuple[int, bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head:
        raise EOFError("the server hung up")
    lines = head.lower().split(b"\r\n")
    lengths = [line.partition(b":")[2] for line in lines if line.startswith(b"content-length:")]
    if lengths and int(lengths[0]) != len(body):
        raise EOFError("the server hung up in the middle of its answer")
    return int(head.split(b" ", 2)[1]), body
