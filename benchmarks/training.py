"""Training the variants of `params.yaml` on what `build_vocab` made."""

import time
from itertools import pairwise
from pathlib import Path
from statistics import median

from benchmarks.measure import REPETITIONS, Row, seconds, yes_or_no
from reelvec.base.schema.whole import load_params
from reelvec.models.first_layer import initial_embedding
from reelvec.models.training import pick_device, train
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
    parts = Dataset.load(PROCESSED / "train"), Dataset.load(PROCESSED / "valid")
    device = pick_device(params.training.device)

    scratch = params.variant("scratch").model_copy(update={"epochs": EPOCHS, "patience": EPOCHS})
    start = initial_embedding(scratch, tokens, parts[0], None)
    ends = [time.perf_counter()]
    train(scratch, start, *parts, device, lambda _: ends.append(time.perf_counter()))
    epoch = median(after - before for before, after in pairwise(ends))

    frozen = params.variant("glove_frozen")
    glove = load_word_vectors(Path("data/raw/glove"))
    looked_up = initial_embedding(frozen, tokens, parts[0], glove)
    whole = median(
        seconds(lambda: train(frozen, looked_up, *parts, device)) for _ in range(REPETITIONS)
    )
    size = "x".join(f"{number:,}" for number in start.weight.shape)
    return [
        Row(
            f"train@scratch, {size}: one epoch, {len(parts[0]):,} reviews",
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
