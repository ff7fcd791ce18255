"""Word embeddings learned from scratch on film reviews, against pretrained GloVe."""

import os
import platform

# Before torch and numpy load: their linear algebra then takes the same code path on every
# processor that has AVX2, and training gives the same bits whoever made it.
os.environ.setdefault("MKL_CBWR", "AVX2")
if platform.machine() in ("x86_64", "AMD64"):
    os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")
