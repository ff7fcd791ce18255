"""What was computed before, kept by the content of all that decides it."""

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from reelvec.base.project.files import remove, replacing

Number = TypeVar("Number", bound=np.generic)

DIGEST_SIZE = hashlib.sha256().digest_size


class Memory:
    """Values in files, each named by the SHA-256 of what decides it.

    What decides it is for the caller to say, code and libraries included. A file that is not
    there, or is damaged, is made anew; where none can be written nothing is kept.

    Args:
        folder: of whoever remembers, and of nobody else: within `.dvc/tmp`, so that what is kept of
            the last run is deleted together. No output depends on it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._used: set[Path] = set()

    def array(self, deciding: str, make: Callable[[], NDArray[Number]]) -> NDArray[Number]:
        """An array, to the last bit."""
        content = self._recalled(f"array {deciding}", lambda: _npy_of(make()))
        found: NDArray[Number] = np.load(BytesIO(content))
        return found

    def value(self, deciding: str, make: Callable[[], Any]) -> Any:
        """What JSON can say, floats to the last bit; a tuple always comes as a list."""
        made = partial(self._recalled, f"value {deciding}")
        return json.loads(made(lambda: json.dumps(make()).encode()))

    def _recalled(self, deciding: str, make: Callable[[], bytes]) -> bytes:
        path = self._folder / hashlib.sha256(deciding.encode()).hexdigest()
        self._used.add(path)
        content = _intact(path)
        if content is None:
            content = make()
            # What cannot be kept is no less known.
            with suppress(OSError), replacing(path) as temporary:
                temporary.write_bytes(hashlib.sha256(content).digest() + content)
        return content

    def forget_others(self) -> None:
        """Delete what nobody has asked for since this was made."""
        for path in self._folder.glob("[!.]*"):
            if path not in self._used:
                remove(path)


def _intact(path: Path) -> bytes | None:
    """What a file holds behind its own digest; None where it does not, or is not there."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, content = content[:DIGEST_SIZE], content[DIGEST_SIZE:]
    return content if hashlib.sha256(content).digest() == digest else None


def _npy_of(array: NDArray[Any]) -> bytes:
    content = BytesIO()
    np.save(content, array)
    return content.getvalue()
