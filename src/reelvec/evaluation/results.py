"""What lies trained in a project's folder: models, their metrics, and the embedding spaces."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import did_you_mean, run_again
from reelvec.base.project.files import read_json
from reelvec.base.project.paths import (
    BASELINE_METRICS,
    BASELINES,
    CONFIG,
    DATA,
    ENSEMBLE_METRICS,
    ENSEMBLES,
    GLOVE_VECTORS,
    MODELS,
    PARAMS,
    STUDENT_METRICS,
    STUDENTS,
    TEST_METRICS,
    TRAIN_METRICS,
    WORD_VECTORS,
)
from reelvec.base.project.section import GLOVE

USUAL_SPACE = "scratch"
DEMO = ".demo"

TRAINED_TOGETHER = {
    BASELINES: BASELINE_METRICS,
    STUDENTS: STUDENT_METRICS,
    ENSEMBLES: ENSEMBLE_METRICS,
}
"""Models that one stage trains, and the file that has the figures of all of them by name."""


@dataclass(frozen=True)
class Results:
    """The results in a project's folder, or in that of a demo; files are read when asked for.

    Attributes:
        project: the folder that holds `data` and `reports`.
    """

    project: Path

    @cached_property
    def variants(self) -> list[str]:
        """Variants that are trained, by name."""
        return self._folders_with(MODELS, CONFIG)

    @cached_property
    def models(self) -> list[str]:
        """All models that are trained: variants, then baselines, students, ensembles."""
        others = (self._folders_with(folder, CONFIG) for folder in TRAINED_TOGETHER)
        return [*self.variants, *(name for names in others for name in names)]

    @cached_property
    def spaces(self) -> list[str]:
        """Everything that has vectors of words: the usual space first, variants before others."""
        published = [GLOVE] * (self.project / GLOVE_VECTORS / "words.txt").exists()
        names = [*self.variants, *published, *self._folders_with(WORD_VECTORS, "words.txt")]
        return sorted(names, key=lambda name: name != USUAL_SPACE)

    def _folders_with(self, parent: Path, file: str) -> list[str]:
        found = (path.parent.name for path in (self.project / parent).glob(f"*/{file}"))
        # With a dot in front it is still being written.
        return sorted(name for name in found if not name.startswith("."))

    def config(self, model: str) -> dict[str, Any]:
        """What a model's `config.json` says.

        Raises:
            ReelvecError: it is damaged.
        """
        folders = (self.project / folder / model for folder in (MODELS, *TRAINED_TOGETHER))
        path = next(folder for folder in folders if (folder / CONFIG).is_file()) / CONFIG
        try:
            config: dict[str, Any] = read_json(path)
            if model in self.variants:
                config["params"]["encoder"]
        except (ValueError, KeyError, TypeError) as error:
            raise ReelvecError(
                f"{path}: no model of this version ({type(error).__name__}: {error}); {run_again()}"
            ) from None
        return config

    def training(self, model: str) -> dict[str, Any]:
        """The figures of a model's training; none where there are none."""
        own = self._figures(TRAIN_METRICS / f"{model}.json")
        together = (self._figures(path).get(model) for path in TRAINED_TOGETHER.values())
        return own or next((figures for figures in together if figures), {})

    def testing(self, model: str) -> dict[str, Any]:
        """A model's figures on the test reviews; none where there are none."""
        return self._figures(TEST_METRICS / f"{model}.json")

    def _figures(self, file: Path) -> dict[str, Any]:
        path = self.project / file
        try:
            figures: dict[str, Any] = read_json(path)
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise ReelvecError(f"{path}: {error}; {run_again()}") from None
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

    def choose_model(self, given: str | None) -> str:
        """The model asked for, or by default the one that was best on the validation reviews.

        Raises:
            ReelvecError: there is no such model, or none is trained.
        """
        self._require(self.models, "trained model")
        if given is None:
            return self.best(self._of_params() or self.models)
        return self._one_of(given, self.models, "model")

    def best(self, models: Iterable[str]) -> str:
        """The one with the highest accuracy on the validation reviews, the first of equals."""
        return max(models, key=self.valid_accuracy)

    def valid_accuracy(self, model: str) -> float:
        """The share of the validation reviews that it got right; -1 where nobody knows."""
        return float(self.training(model).get("valid_accuracy", -1))

    def _of_params(self) -> list[str]:
        """The trained models that are still in `params.yaml`, in its order."""
        path = self.project / PARAMS
        if not path.is_file():
            return []
        from reelvec.base.project.params_file import read_entries
        from reelvec.base.schema.baselines import BaselineParams
        from reelvec.base.schema.ensembles import EnsembleParams
        from reelvec.base.schema.students import StudentParams
        from reelvec.base.schema.variants import VariantParams

        kinds = (VariantParams, BaselineParams, StudentParams, EnsembleParams)
        named = [name for kind in kinds for name in read_entries(kind, path)]
        return [name for name in named if name in self.models]

    def choose_space(self, given: str | None) -> str:
        """The space asked for, or by default the usual one.

        Raises:
            ReelvecError: there is no such space, or none at all.
        """
        self._require(self.spaces, "trained embedding")
        if given is None:
            return (self.distinct_spaces() or self.spaces)[0]
        return self._one_of(given, self.spaces, "space")

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
        where = f"no {what} in {self.project / DATA}"
        demo = self.project / DEMO
        if Results(demo).spaces:
            raise ReelvecError(
                f"{where}, but the demo's are in {demo}: name that folder (`--project {demo}`; in "
                "Python, root), or run `make repro` for the real ones"
            )
        raise ReelvecError(
            f"{where}; run `make repro` here first, or `make demo` for small ones from the "
            f"bundled sample, and then name that folder: `--project {DEMO}`, in Python root"
        )

    @staticmethod
    def _one_of(given: str, known: list[str], what: str) -> str:
        if given in known:
            return given
        raise ReelvecError(
            f"{given!r} is no {what} here{did_you_mean(given, known)}; there are "
            f"{', '.join(known)}. To train a variant of params.yaml: `dvc repro train@NAME`"
        )
