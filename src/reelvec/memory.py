"""What was computed before, kept by the content of all that decides it."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from reelvec.base.project.files import read_json, remove, replacing, save_array

Number = TypeVar("Number", bound=np.generic)
Value = TypeVar("Value")


class Memory:
    """Values in files, each named by the SHA-256 of what decides it.

    What decides it is for the caller to say, code and libraries included. A file that is not
    there, or is damaged, is made anew.

    Args:
        folder: of whoever remembers, and of nobody else: within `.dvc/tmp`, so that what is kept of
            the last run is deleted together. No output depends on it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._used: set[Path] = set()

    def array(self, deciding: str, make: Callable[[], NDArray[Number]]) -> NDArray[Number]:
        """An array, to the last bit."""
        found: NDArray[Number] = self._recalled(deciding, ".npy", make, save_array, np.load)
        return found

    def value(self, deciding: str, make: Callable[[], Any]) -> Any:
        """What JSON can say, floats to the last bit; a tuple always comes as a list."""
        return self._recalled(deciding, ".json", make, _save_json, read_json)

    def _recalled(
        self,
        deciding: str,
        ending: str,
        make: Callable[[], Value],
        save: Callable[[Path, Value], None],
        load: Callable[[Path], Value],
    ) -> Value:
        path = self._folder / f"{hashlib.sha256(deciding.encode()).hexdigest()}{ending}"
        self._used.add(path)
        try:
            return load(path)
        except (OSError, ValueError, EOFError):
            made = make()
            with replacing(path) as temporary:
                save(temporary, made)
            return load(path)

    def forget_others(self) -> None:
        """Delete what nobody has asked for since this was made."""
        for path in self._folder.glob("[!.]*"):
            if path not in self._used:
                remove(path)


def _save_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")
