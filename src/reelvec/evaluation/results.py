"""What lies trained in a project's folder: variants, their metrics, and the embedding spaces."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from reelvec.base.errors import ReelvecError
from reelvec.base.files import read_json
from reelvec.base.messages import did_you_mean

MODELS = Path("data/models")
WORD_VECTORS, GLOVE_FOLDER = Path("data/word_vectors"), Path("data/raw/glove")
USUAL_SPACE = "scratch"
PUBLISHED_SPACE = "glove"
DEMO = ".demo"


@dataclass(frozen=True)
class Trained:
    """The results in a project's folder, or in that of a demo; files are read when asked for.

    Attributes:
        project: the folder that holds `data` and `reports`.
    """

    project: Path

    @cached_property
    def variants(self) -> list[str]:
        """Variants that have a model, by name."""
        return self._folders_with(MODELS, "config.json")

    @cached_property
    def spaces(self) -> list[str]:
        """Everything that has vectors of words: the usual space first, variants before others."""
        published = [PUBLISHED_SPACE] * (self.project / GLOVE_FOLDER / "words.txt").exists()
        names = [*self.variants, *published, *self._folders_with(WORD_VECTORS, "words.txt")]
        return sorted(names, key=lambda name: name != USUAL_SPACE)

    def _folders_with(self, parent: Path, file: str) -> list[str]:
        found = (path.parent.name for path in (self.project / parent).glob(f"*/{file}"))
        # With a dot in front it is still being written.
        return sorted(name for name in found if not name.startswith("."))

    def config(self, variant: str) -> dict[str, Any]:
        """What a model's `config.json` says.

        Raises:
            ReelvecError: it is damaged.
        """
        path = self.project / MODELS / variant / "config.json"
        try:
            config: dict[str, Any] = read_json(path)
            config["params"]["encoder"]
        except (ValueError, KeyError, TypeError) as error:
            raise ReelvecError(
                f"{path}: no model of this version ({type(error).__name__}: {error}); "
                f"run `dvc repro train@{variant}` again"
            ) from None
        return config

    def metrics(self, kind: str, variant: str) -> dict[str, Any]:
        """The figures of `train` or `evaluate`; none where there is no such file."""
        path = self.project / "reports/metrics" / kind / f"{variant}.json"
        try:
            figures: dict[str, Any] = read_json(path)
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise ReelvecError(
                f"{path}: {error}; run `dvc repro {kind}@{variant}` to make it again"
            ) from None
        return figures

    def distinct_spaces(self) -> list[str]:
        """The spaces less those with the vectors of another one, or with numbers for vectors.

        A variant of frozen vectors has those that it started from; and in one dimension all
        words are equally near.
        """
        return [name for name in self.spaces if name not in self.variants or self._has_own(name)]

    def _has_own(self, variant: str) -> bool:
        params = self.config(variant)["params"]
        return bool(params["trainable"]) and params["dimension"] != 1

    def choose_variant(self, given: str | None) -> str:
        """The variant asked for, or by default the one that was best on the validation reviews.

        Raises:
            ReelvecError: there is no such variant, or none is trained.
        """
        self._require(self.variants, "trained model")
        if given is None:
            return self.best(self._of_params() or self.variants)
        return self._one_of(given, self.variants, "variant", "To train one of params.yaml: ")

    def best(self, variants: Iterable[str]) -> str:
        """The one with the highest accuracy on the validation reviews, the first of equals."""
        return max(variants, key=self.valid_accuracy)

    def valid_accuracy(self, variant: str) -> float:
        """The share of the validation reviews that it got right; -1 where nobody knows."""
        return float(self.metrics("train", variant).get("valid_accuracy", -1))

    def _of_params(self) -> list[str]:
        """The trained variants that are still in `params.yaml`, in its order."""
        path = self.project / "params.yaml"
        if not path.is_file():
            return []
        from reelvec.base.schema.whole import load_params

        return [name for name in load_params(path).variants if name in self.variants]

    def choose_space(self, given: str | None) -> str:
        """The space asked for, or by default the usual one.

        Raises:
            ReelvecError: there is no such space, or none at all.
        """
        self._require(self.spaces, "trained embedding")
        if given is None:
            return (self.distinct_spaces() or self.spaces)[0]
        return self._one_of(given, self.spaces, "space", "To train a variant of params.yaml: ")

    def choose_spaces(self, given: list[str] | None) -> list[str]:
        """The spaces asked for, each once, or by default all distinct ones."""
        if given:
            return [self.choose_space(name) for name in dict.fromkeys(given)]
        self.choose_space(None)
        return self.distinct_spaces() or self.spaces

    def _require(self, found: list[str], what: str) -> None:
        if found:
            return
        if not self.project.is_dir():
            raise ReelvecError(f"{self.project}: no such folder; --project names a project's")
        where = f"no {what} in {self.project / 'data'}"
        demo = self.project / DEMO
        if Trained(demo).spaces:
            raise ReelvecError(
                f"{where}, but the demo's are in {demo}: name that folder (`--project {demo}`; in "
                "Python, root), or run `make repro` for the real ones"
            )
        raise ReelvecError(
            f"{where}; run `make repro` here first, or `make demo` for small ones from the "
            f"bundled sample, and then name that folder: `--project {DEMO}`, in Python root"
        )

    @staticmethod
    def _one_of(given: str, known: list[str], what: str, hint: str) -> str:
        if given in known:
            return given
        raise ReelvecError(
            f"{given!r} is no {what} here{did_you_mean(given, known)}; there are "
            f"{', '.join(known)}. {hint}`dvc repro train@NAME`"
        )
