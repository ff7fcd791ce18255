"""The whole of `params.yaml`: all sections, and what holds between them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from reelvec.base.messages import one_of
from reelvec.base.project.params_file import entry_named, read_yaml, validated
from reelvec.base.project.paths import PARAMS
from reelvec.base.project.section import GLOVE, Name, Text
from reelvec.base.schema.baselines import BaselineParams
from reelvec.base.schema.ensembles import EnsembleParams
from reelvec.base.schema.evaluation import EvaluationParams
from reelvec.base.schema.explorer import ExplorerParams
from reelvec.base.schema.export import ExportParams
from reelvec.base.schema.glove import GloveParams
from reelvec.base.schema.imdb import ImdbParams
from reelvec.base.schema.plain import PlainParams
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.serving import ServingParams
from reelvec.base.schema.similarities import SimilarityParams
from reelvec.base.schema.students import StudentParams
from reelvec.base.schema.tracking import TrackingParams
from reelvec.base.schema.training import TrainingParams
from reelvec.base.schema.variants import NAIVE_BAYES, RANDOM, VariantParams
from reelvec.base.schema.visualization import VisualizationParams
from reelvec.base.schema.vocabulary import VocabularyParams
from reelvec.base.schema.word_vectors import WordVectorsParams


class Params(BaseModel):
    """The sections by name; those of several entries as dictionaries."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    imdb: ImdbParams
    glove: GloveParams
    preprocess: PreprocessParams
    vocabulary: VocabularyParams
    plain: PlainParams
    training: TrainingParams
    word_vectors: dict[Name, WordVectorsParams]
    variants: dict[Name, VariantParams] = Field(min_length=1)
    baselines: dict[Name, BaselineParams]
    students: dict[Name, StudentParams]
    ensembles: dict[Name, EnsembleParams]
    evaluation: EvaluationParams
    similarities: SimilarityParams
    visualization: VisualizationParams
    export: ExportParams
    serving: ServingParams
    explorer: ExplorerParams
    tracking: TrackingParams

    @property
    def models(self) -> list[str]:
        """The names of all models: variants, baselines, students and ensembles."""
        return [*self.variants, *self.baselines, *self.students, *self.ensembles]

    @property
    def vectors(self) -> list[str]:
        """The names of all vectors that exist before a variant is trained."""
        return [GLOVE, *self.word_vectors]

    @model_validator(mode="after")
    def _each_name_means_one_thing(self) -> Self:
        taken: dict[str, str] = {}
        for section in ("variants", "baselines", "students", "ensembles"):
            for name in getattr(self, section):
                if name in taken:
                    raise ValueError(f"{section}.{name}: {taken[name]} has this name already")
                taken[name] = section
        for name in (RANDOM, NAIVE_BAYES, GLOVE):
            if name in self.word_vectors:
                raise ValueError(
                    f"word_vectors.{name}: this name means vectors that are not trained here; "
                    "call them something else"
                )
        for name in self.vectors:
            if name in self.variants:
                raise ValueError(
                    f"variants.{name}: this name means the vectors themselves; "
                    "call the variant something else"
                )
        return self

    @model_validator(mode="after")
    def _embeddings_are_known(self) -> Self:
        for section, entries, allowed in (
            ("variants", self.variants, [RANDOM, NAIVE_BAYES, *self.vectors]),
            ("baselines", self.baselines, self.vectors),
            ("students", self.students, [RANDOM, NAIVE_BAYES, *self.vectors]),
        ):
            for name, entry in entries.items():
                given = entry.embedding
                if given is not None and given not in allowed:
                    raise ValueError(
                        f"{section}.{name}.embedding: {given!r} is not an embedding; "
                        f"{one_of(given, allowed)}"
                    )
        return self

    @model_validator(mode="after")
    def _what_is_named_is_there(self) -> Self:
        teachers = self.variants | self.baselines
        for name, student in self.students.items():
            _require(f"students.{name}.teachers", student.teachers, [*teachers])
            for teacher in student.teachers:
                if not teachers[teacher].teaches:
                    section = "variants" if teacher in self.variants else "baselines"
                    raise ValueError(
                        f"students.{name}.teachers: {teacher} keeps nothing of what it says of the "
                        f"unlabelled reviews; set {section}.{teacher}.teaches: true"
                    )
        for name, ensemble in self.ensembles.items():
            _require(f"ensembles.{name}.members", ensemble.members, [*teachers, *self.students])
        spaces = [*self.variants, *self.vectors]
        processed = [name for name, each in self.variants.items() if each.text == "processed"]
        _require("similarities.spaces", self.similarities.spaces, spaces)
        _require("visualization.spaces", self.visualization.spaces, spaces)
        _require("export.spaces", self.export.spaces, processed)
        _require("export.models", self.export.models, self.models)
        _require("explorer.spaces", self.explorer.spaces, spaces)
        return self

    def preprocess_of(self, text: Text) -> PreprocessParams:
        """The steps that make a kind of text."""
        return self.plain.preprocess if text == "plain" else self.preprocess

    def trained_alone(self, name: str) -> VariantParams | BaselineParams:
        """The entry of a variant, a baseline or a student.

        Raises:
            ReelvecError: there is none.
        """
        found = self.baselines.get(name) or self.students.get(name)
        return found or self.variant(name)

    def variant(self, name: str) -> VariantParams:
        """The entry of `variants` with this name.

        Raises:
            ReelvecError: there is none.
        """
        return entry_named(name, self.variants)


def load_params(path: Path = PARAMS) -> Params:
    """Read and check a whole parameter file.

    Raises:
        ReelvecError: with one line for each problem, naming the key, what was given and what
            is allowed.
    """
    return check_whole(read_yaml(path), path.name)


def check_whole(raw: dict[str, Any], name: str = PARAMS.name) -> Params:
    """Turn parsed YAML into `Params`; `name` is what error messages call it.

    Raises:
        ReelvecError: as for `load_params`.
    """
    return validated(Params, raw, name)


def _require(key: str, given: Iterable[str], known: Sequence[str]) -> None:
    for name in given:
        if name not in known:
            choices = one_of(name, known) if known else "there are none"
            raise ValueError(f"{key}: {name!r} is not known; {choices}")
