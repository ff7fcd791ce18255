"""Word embeddings learned from scratch on film reviews, against pretrained GloVe."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reelvec.estimator import ReviewClassifier
    from reelvec.loaded_model import LoadedModel, load

__all__ = ["LoadedModel", "ReviewClassifier", "load"]

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
