"""Training the variants of `params.yaml` on what `build_vocab` made."""

import time
from itertools import pairwise
from pathlib import Path
from statistics import median

from benchmarks.measure import REPETITIONS, Row, seconds, yes_or_no
from reelvec.base.schema.whole import load_params
from reelvec.models.rounds import TrainingParts, fit
from reelvec.models.training import pick_device
from reelvec.models.word_vectors import load_word_vectors
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import Vocabulary

PROCESSED = Path("data/processed")
EPOCHS = 4
TARGET_EPOCH, TARGET_FROZEN = 2.5, 10.0


def run() -> list[Row]:
    """Measure an epoch with its validation, and a whole training over frozen vectors."""
    params = load_params()
    tokens = Vocabulary.load(PROCESSED / "vocab.tsv").tokens
    parts = TrainingParts(Dataset.load(PROCESSED / "train"), Dataset.load(PROCESSED / "valid"))
    device = pick_device(params.training.device)

    scratch = params.variant("scratch").model_copy(update={"epochs": EPOCHS, "patience": EPOCHS})
    ends = [time.perf_counter()]
    fit(scratch, tokens, parts, None, device, lambda _: ends.append(time.perf_counter()))
    epoch = median(after - before for before, after in pairwise(ends))

    frozen = params.variant("glove_frozen")
    glove = load_word_vectors(Path("data/raw/glove"))
    whole = median(
        seconds(lambda: fit(frozen, tokens, parts, glove, device)) for _ in range(REPETITIONS)
    )
    size = f"{len(tokens):,}x{scratch.dimension}"
    return [
        Row(
            f"train@scratch, {size}: one epoch, {len(parts.training):,} reviews",
            f"{epoch:.2f} s",
            target=f"< {TARGET_EPOCH} s",
            met=yes_or_no(epoch < TARGET_EPOCH),
        ),
        Row(
            "train@glove_frozen: whole training after loading",
            f"{whole:.1f} s",
            target=f"< {TARGET_FROZEN:g} s",
            met=yes_or_no(whole < TARGET_FROZEN),
        ),
    ]
