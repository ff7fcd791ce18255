"""Word embeddings learned from scratch on film reviews, against pretrained GloVe."""

import os
import platform
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reelvec.estimator import ReviewClassifier
    from reelvec.loaded_model import LoadedModel, load

__all__ = ["LoadedModel", "ReviewClassifier", "load"]

# Before torch and numpy load: their linear algebra then takes the same code path on every
# processor that has AVX2, and training gives the same bits whoever made it.
os.environ.setdefault("MKL_CBWR", "AVX2")
if platform.machine() in ("x86_64", "AMD64"):
    os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")

_MODULES = {
    "ReviewClassifier": "reelvec.estimator",
    "LoadedModel": "reelvec.loaded_model",
    "load": "reelvec.loaded_model",
}


def __getattr__(name: str) -> Any:
    """Load what a person asks for; by its name, so that no stage depends on it."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
