"""Imported before numpy and torch by what writes results: the same bytes on every processor.

Linear algebra then takes the same code path wherever there is AVX2, and training gives the same
bits whoever made it. That decides it for the whole process, so nothing in this package may import
this module: stages and studies do, as the first thing.
"""

import os
import platform
from pathlib import Path

PROCESSOR = Path("/proc/cpuinfo")


def has_avx2() -> bool:
    """Whether this is known to be an x86-64 processor with AVX2; Linux alone tells."""
    if platform.machine() not in ("x86_64", "AMD64") or not PROCESSOR.is_file():
        return False
    lines = PROCESSOR.read_text(encoding="utf-8", errors="replace").splitlines()
    return any(line.startswith("flags") and "avx2" in line.split() for line in lines)


# MKL looks for itself what the processor can do; OpenBLAS believes what it is told.
os.environ.setdefault("MKL_CBWR", "AVX2")
if has_avx2():
    os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")
