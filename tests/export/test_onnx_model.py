"""The ONNX file and torch agree, whatever the encoder and however ragged the batch."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.variants import VariantParams
from reelvec.export import onnx_model as onnx_export
from reelvec.export.onnx_model import OnnxModel, export_onnx
from reelvec.models.classifier import Classifier
from reelvec.text.ragged import Ragged, offsets_from_lengths

WORDS, DIMENSION = 50, 6
BATCHES = (
    [5, 1, 9, 3],
    [0, 4, 0, 0, 7, 0],
    [0],
    [0, 0],
    [1],
    [30, 2, 0],
    [1] * 200,
)
VARIANTS: dict[str, dict[str, Any]] = {
    "mean": {},
    "sqrtn": {"encoder": "sqrtn", "hidden": 0},
    "max": {"encoder": "max"},
    "mean_max": {"encoder": "mean_max", "normalize": True},
    "padding counts": {"pool_padding": True},
    "padding before counts": {"pool_padding": True, "padding": "pre", "encoder": "mean_max"},
    "padding to a length": {"pool_padding": True, "max_length": 40, "encoder": "sqrtn"},
    "gru": {"encoder": "gru", "units": 5},
    "gru, mean, two layers": {"encoder": "gru", "units": 5, "layers": 2, "summary": "mean"},
    "gru, both ways": {"encoder": "gru", "units": 5, "layers": 2, "bidirectional": True},
    "lstm, both ways": {"encoder": "lstm", "units": 4, "layers": 2, "bidirectional": True},
    "lstm, both ways, mean": {
        "encoder": "lstm",
        "units": 4,
        "layers": 2,
        "bidirectional": True,
        "summary": "mean",
    },
    "lstm, max": {"encoder": "lstm", "units": 4, "summary": "max", "normalize": True},
    "cnn": {"encoder": "cnn", "units": 4, "kernels": (2, 5, 3)},
    "attention": {"encoder": "attention"},
}


def classifier(**config: Any) -> Classifier:
    torch.manual_seed(3)
    params = VariantParams(dimension=DIMENSION, **{"hidden": 4, "dropout": 0.5, **config})
    model = Classifier(params, WORDS, DIMENSION, torch.randn(WORDS, DIMENSION)).train()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter))
        if config.get("normalize"):
            # Gives the head a mean and a variance that are not 0 and 1.
            model.head(torch.randn(40, next(iter(model.head)).num_features) * 3 + 1)
    return model.eval()


def batch(lengths: list[int], seed: int = 0) -> Ragged:
    ids = np.random.default_rng(seed).integers(0, WORDS, sum(lengths)).astype(np.int32)
    return Ragged(ids, offsets_from_lengths(np.array(lengths)))


def torch_probabilities(model: Classifier, reviews: Ragged) -> np.ndarray:
    starts = torch.from_numpy(reviews.offsets[:-1].astype(np.int32))
    with torch.inference_mode():
        return torch.sigmoid(model(torch.from_numpy(reviews.ids), starts)).numpy()


@pytest.mark.parametrize("name", VARIANTS)
def test_onnx_runtime_gives_the_probabilities_of_torch(name: str, tmp_path: Path) -> None:
    model = classifier(**VARIANTS[name])
    export_onnx(tmp_path / "model.onnx", name, model)
    for threads in (1, 4):
        exported = OnnxModel(tmp_path / "model.onnx", threads)
        for seed, lengths in enumerate(BATCHES):
            reviews = batch(lengths, seed)
            found = exported.probabilities(reviews)
            expected = torch_probabilities(model, reviews)
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("encoder", ["mean", "sqrtn", "max"])
def test_many_and_long_reviews_lose_no_precision(encoder: str, tmp_path: Path) -> None:
    model = classifier(encoder=encoder, hidden=0)
    export_onnx(tmp_path / "model.onnx", "long", model)
    reviews = batch([100_000, 0, *[200] * 500, 3])
    found = OnnxModel(tmp_path / "model.onnx", threads=2).probabilities(reviews)
    np.testing.assert_allclose(found, torch_probabilities(model, reviews), rtol=0, atol=1e-5)


def test_no_reviews_give_no_probabilities(tmp_path: Path) -> None:
    export_onnx(tmp_path / "model.onnx", "mean", classifier())
    assert OnnxModel(tmp_path / "model.onnx").probabilities(batch([])).shape == (0,)


@pytest.mark.parametrize("name", VARIANTS)
def test_the_same_network_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    for file in ("first.onnx", "second.onnx"):
        export_onnx(tmp_path / file, name, classifier(**VARIANTS[name]))
    assert (tmp_path / "first.onnx").read_bytes() == (tmp_path / "second.onnx").read_bytes()


def test_the_file_says_what_goes_in_and_out(tmp_path: Path) -> None:
    export_onnx(tmp_path / "model.onnx", "mean", classifier())
    graph = onnx.load(tmp_path / "model.onnx").graph
    assert [each.name for each in graph.input] == ["ids", "starts"]
    assert [each.name for each in graph.output] == ["logits", "probabilities"]
    dimensions = [each.type.tensor_type.shape.dim[0].dim_param for each in graph.output]
    assert dimensions == ["reviews", "reviews"]


def test_a_file_that_differs_from_torch_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_export, "TOLERANCE", -1.0)
    with pytest.raises(ReelvecError, match=r"model.onnx: its probabilities .* onnxruntime"):
        export_onnx(tmp_path / "model.onnx", "mean", classifier())
    assert list(tmp_path.iterdir()) == []
