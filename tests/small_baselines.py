"""Linear baselines with columns and coefficients that nobody fitted."""

import numpy as np

from reelvec.base.project.section import Text
from reelvec.base.schema.baselines import Weighting
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.models.linear import Baseline
from reelvec.models.ngrams import find_ngrams
from reelvec.models.reader import Reader
from reelvec.text.ragged import Ragged, offsets_from_lengths
from reelvec.text.tokenizer import Tokenizer

STEPS = PreprocessParams(stopwords="none")
FREQUENT = ["good", "bad", "film", "dull", "plot", "great", "actor"]
VOCABULARY = ["<pad>", "<unk>", *FREQUENT, "not", "waste", "time"]
WORDS = 2 + len(FREQUENT)
"""Of the vocabulary, those that a baseline has columns for: the others are unknown to it."""


def ragged(rows: list[list[int]]) -> Ragged:
    ids = np.array([number for row in rows for number in row], np.int32)
    return Ragged(ids, offsets_from_lengths(np.array([len(row) for row in rows], np.int64)))


def baseline(weighting: Weighting, ngrams: int = 1, text: Text = "plain") -> Baseline:
    generator = np.random.default_rng(4)
    if weighting == "average":
        reader = Reader(WORDS, ignored=np.arange(WORDS) == 4)
    else:
        seen = ragged(generator.integers(0, WORDS, (40, 6)).tolist())
        reader = Reader(WORDS, find_ngrams(seen, WORDS, ngrams, 2) if ngrams > 1 else None)
    scale = np.ones(reader.columns, np.float32)
    if weighting in ("tfidf", "naive_bayes"):
        scale = generator.uniform(1, 8, reader.columns).astype(np.float32)
    coefficients = generator.normal(size=reader.columns).astype(np.float32)
    tokenizer = Tokenizer(STEPS, VOCABULARY)
    return Baseline(
        weighting, text, weighting, tokenizer, reader, scale, coefficients, -0.12345678901
    )
