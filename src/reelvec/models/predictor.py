"""A trained variant on disk, and its predictions for raw text."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import read_json, replacing, save_array, write_json
from reelvec.base.project.paths import CONFIG, WEIGHTS
from reelvec.base.project.provenance import LABELS, LabelNames
from reelvec.base.project.section import Text
from reelvec.base.schema.variants import VariantParams
from reelvec.models.classifier import Classifier
from reelvec.models.inference import predict_logits
from reelvec.models.logits import (
    UNLABELLED,
    VALIDATION,
    Logits,
    labels_as_json,
    labels_from_json,
)
from reelvec.models.reader import Reader, is_array
from reelvec.text.ragged import Ragged
from reelvec.text.tokenizer import Tokenizer


@dataclass(frozen=True, slots=True)
class Predictor:
    """A classifier with the preprocessing and the vocabulary that it was trained with.

    Attributes:
        name: its entry in `params.yaml`.
        params: its entry there.
        tokenizer: how its reviews became ids.
        model: on the CPU, not in training mode.
        labels: what its data calls negative and positive reviews.
    """

    name: str
    params: VariantParams
    tokenizer: Tokenizer
    model: Classifier
    labels: LabelNames = LABELS

    @property
    def texts(self) -> frozenset[Text]:
        """The one kind of text that it reads."""
        return frozenset({self.params.text})

    @property
    def words(self) -> int:
        """How many ids of words it knows, padding and unknown among them."""
        return len(self.tokenizer.vocabulary)

    def logits(self, texts: Sequence[str]) -> Logits:
        """Log odds of `positive` of raw texts, float64 (texts,)."""
        return self._logits(self.tokenizer.encode(texts))

    def logits_of(self, reviews: Mapping[Text, Ragged]) -> Logits:
        """The same of reviews that are vocabulary ids already, by kind of text."""
        return self._logits(reviews[self.params.text])

    def _logits(self, reviews: Ragged) -> Logits:
        logits = predict_logits(self.model, reviews, torch.device("cpu"))
        return logits.numpy().astype(np.float64)

    def save(
        self,
        folder: Path,
        validation_logits: NDArray[np.float32] | None = None,
        unlabelled_logits: NDArray[np.float32] | None = None,
    ) -> None:
        """Write `model.safetensors` and `config.json`, replacing the folder.

        Args:
            folder: where to.
            validation_logits: what the validation reviews were given, for ensembles to choose by.
            unlabelled_logits: what the unlabelled reviews were given, for students to learn.
        """
        kept = {VALIDATION: validation_logits, UNLABELLED: unlabelled_logits}
        with replacing(folder) as temporary:
            temporary.mkdir()
            for name, logits in kept.items():
                if logits is not None:
                    save_array(temporary / name, logits)
            weights = {
                name: (value.float() if value.is_floating_point() else value).contiguous()
                for name, value in self.model.state_dict().items()
            }
            for name, array in self.model.reader.arrays().items():
                weights[name] = torch.from_numpy(np.ascontiguousarray(array))
            (temporary / WEIGHTS).write_bytes(save(weights))
            write_json(
                temporary / CONFIG,
                {
                    "variant": self.name,
                    "params": self.params.model_dump(),
                    **labels_as_json(self.labels),
                    **self.tokenizer.as_json(),
                },
            )

    @classmethod
    def load(cls, folder: Path) -> "Predictor":
        """Read what `save` wrote.

        Raises:
            ReelvecError: there is no trained model in the folder, or its files do not fit.
        """
        if not (folder / CONFIG).exists():
            raise ReelvecError(
                f"{folder}: no trained model; run `make repro` (or `make demo`) first"
            )
        try:
            return cls._read(folder)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
            reason = str(error).partition("\n")[0]
            raise ReelvecError(
                f"{folder}: config.json and model.safetensors are no model of this version "
                f"({type(error).__name__}: {reason}); delete the folder and train again"
            ) from None

    @classmethod
    def _read(cls, folder: Path) -> "Predictor":
        config = read_json(folder / CONFIG)
        # By way of JSON, whose arrays strict validation takes for tuples.
        params = VariantParams.model_validate_json(json.dumps(config["params"]))
        tokenizer = Tokenizer.from_json(config)
        weights = load_file(folder / WEIGHTS)
        arrays = {name: weights.pop(name).numpy() for name in list(weights) if is_array(name)}
        words = len(tokenizer.vocabulary)
        reader = Reader.with_arrays(
            words,
            arrays,
            params.max_length,
            params.truncating,
            params.distinct,
            params.negation_scope,
        )
        rows, dimension = weights["embedding.weight"].shape
        if rows != reader.columns:
            raise ValueError("vocabulary and embedding differ in length")
        model = Classifier(params, rows, dimension, torch.empty(rows, dimension), reader)
        model.load_state_dict(weights)
        return cls(config["variant"], params, tokenizer, model.eval(), labels_from_json(config))
