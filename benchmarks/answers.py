"""How soon each trained model answers: one short text, one review, all test reviews."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median

import pyarrow.compute as pc
import pyarrow.parquet as pq
import torch

from benchmarks.measure import Row, seconds, yes_or_no
from benchmarks.reviews import TABLE
from reelvec.evaluation.results import Results
from reelvec.evaluation.short_judgements import load_short_cases
from reelvec.models.ensemble import Ensemble
from reelvec.models.load import load_model
from reelvec.models.model import Model

WARM, MEASURED = 200, 300
MILLISECONDS, MILLISECONDS_OF_ENSEMBLES, SECONDS, SECONDS_TO_LOAD = 1, 3, 5, 1


def run() -> list[Row]:
    """A row for each model, that which answers where none is named first."""
    torch.set_num_threads(1)
    results = Results(Path())
    default = results.choose_model(None)
    names = [default, *(name for name in results.models if name != default)]
    short = [case.text for case in load_short_cases()] * 10
    reviews = _reviews()[: WARM + MEASURED]
    return [_row(name, short, reviews) for name in names]


def _row(name: str, short: Sequence[str], reviews: Sequence[str]) -> Row:
    loaded: list[Model] = []
    loading = min(seconds(lambda: loaded.append(load_model(name))) for _ in range(3))
    model = loaded[-1]
    whole = seconds(lambda: model.logits(_reviews()))
    one, review = (_milliseconds(model, texts) for texts in (short, reviews))
    limit = MILLISECONDS_OF_ENSEMBLES if isinstance(model, Ensemble) else MILLISECONDS
    met = one < limit and whole < SECONDS and loading < SECONDS_TO_LOAD
    return Row(
        f"answers of {name}",
        f"{one:.2f} ms for a short judgement, {review:.2f} ms for a review (medians, warm); "
        f"25,000 reviews from Parquet {whole:.1f} s; loaded in {loading:.2f} s",
        target=f"< {limit} ms for one text, < {SECONDS} s, < {SECONDS_TO_LOAD} s",
        met=yes_or_no(met),
    )


def _milliseconds(model: Model, texts: Sequence[str]) -> float:
    """The median of the later ones: the first make the process warm."""
    for text in texts[:WARM]:
        model.logits([text])
    measured = texts[WARM : WARM + MEASURED]
    return 1e3 * median(seconds(partial(model.logits, [text])) for text in measured)


def _reviews() -> list[str]:
    """The test reviews, as a person has them in a file."""
    table = pq.read_table(TABLE, columns=["split", "text"])
    texts: list[str] = table.filter(pc.equal(table["split"], "test"))["text"].to_pylist()
    return texts
