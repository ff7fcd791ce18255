"""A trained variant on disk, and its predictions for raw text."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from reelvec.errors import ReelvecError
from reelvec.files import read_json, replacing, write_json
from reelvec.inference import predict_logits
from reelvec.models import Classifier
from reelvec.params import PreprocessParams, VariantParams
from reelvec.ragged import Ragged
from reelvec.text import tokenize
from reelvec.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Predictor:
    """A classifier with the preprocessing and the vocabulary that it was trained with.

    Attributes:
        variant: its name in `params.yaml`.
        params: its entry there.
        preprocess: how its reviews became tokens.
        vocabulary: tokens and counts of the training part.
        model: on the CPU, not in training mode.
    """

    variant: str
    params: VariantParams
    preprocess: PreprocessParams
    vocabulary: list[str]
    model: Classifier

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """P(positive) of each text, float64 (texts,)."""
        corpus = tokenize(pa.array(list(texts), pa.string()), self.preprocess)
        vocabulary = Vocabulary(self.vocabulary, np.zeros(0, np.int64), np.zeros(0, np.int64))
        ids = vocabulary.ids_of(corpus.lexicon)
        return self.probabilities_of(corpus.reviews.map_ids(ids))

    def probabilities_of(self, reviews: Ragged) -> NDArray[np.float64]:
        """P(positive) of reviews that are vocabulary ids already, float64 (reviews,)."""
        logits = predict_logits(self.model, reviews, torch.device("cpu"))
        return torch.sigmoid(logits).numpy().astype(np.float64)

    def save(self, folder: Path) -> None:
        """Write `model.safetensors` and `config.json`, replacing the folder."""
        with replacing(folder) as temporary:
            temporary.mkdir()
            weights = {name: value.contiguous() for name, value in self.model.state_dict().items()}
            (temporary / "model.safetensors").write_bytes(save(weights))
            write_json(
                temporary / "config.json",
                {
                    "variant": self.variant,
                    "dimension": self.model.embedding.embedding_dim,
                    "params": self.params.model_dump(),
                    "preprocess": self.preprocess.model_dump(),
                    "vocabulary": self.vocabulary,
                },
            )

    @classmethod
    def load(cls, folder: Path) -> "Predictor":
        """Read what `save` wrote.

        Raises:
            ReelvecError: there is no trained model in the folder, or its files do not fit.
        """
        if not (folder / "config.json").exists():
            raise ReelvecError(
                f"{os.fspath(folder)}: no trained model; run `make repro` (or `make demo`) first"
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
        config = read_json(folder / "config.json")
        variant = config["params"]
        variant["kernels"] = tuple(variant["kernels"])
        params = VariantParams.model_validate(variant)
        size, dimension = len(config["vocabulary"]), config["dimension"]
        model = Classifier(params, size, dimension, torch.empty(size, dimension))
        model.load_state_dict(load_file(folder / "model.safetensors"))
        preprocess = config["preprocess"]
        for key in ("lemmatize_except", "keep"):
            preprocess[key] = tuple(preprocess[key])
        return cls(
            config["variant"],
            params,
            PreprocessParams.model_validate(preprocess),
            config["vocabulary"],
            model.eval(),
        )
