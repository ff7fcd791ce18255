"""The `reelvec` command, from its first moment on."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


def main() -> None:
    """Run the command line; an error for people ends it with one message and status 1."""
    with _interrupts_that_say_nothing():
        from reelvec.base.errors import shown_to_people
        from reelvec.cli.app import app
        from reelvec.cli.terminal import tidy_output
    with shown_to_people(), tidy_output():
        app(prog_name="reelvec")


@contextmanager
def _interrupts_that_say_nothing() -> Iterator[None]:
    """Let Ctrl-C end the process at once: while modules are imported it would be a traceback."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
