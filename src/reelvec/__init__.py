"""Word embeddings learned from scratch on film reviews, against pretrained GloVe."""

import os

# Before torch loads: MKL then takes the same code path on every processor that has AVX2, and
# training gives the same bits whoever made it.
os.environ.setdefault("MKL_CBWR", "AVX2")
