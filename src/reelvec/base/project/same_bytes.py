"""Imported before numpy and torch by what writes results: the same bytes on every processor.

Linear algebra then takes the same code path wherever there are AVX2 and FMA, and training gives
the same bits whoever made it. That decides it for the whole process, so nothing in this package
may import this module: stages and studies do, as the first thing.
"""

import os
import platform
from pathlib import Path

PROCESSOR = Path("/proc/cpuinfo")

HASWELL = {"avx2", "fma"}
"""What OpenBLAS's code of this name needs, as Linux calls it; a virtual machine may hide one."""


def runs_haswell_code() -> bool:
    """Whether this is known to be an x86-64 processor with AVX2 and FMA; Linux alone tells."""
    if platform.machine() not in ("x86_64", "AMD64"):
        return False
    try:
        lines = PROCESSOR.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    flags = [set(line.split()) for line in lines if line.startswith("flags")]
    return bool(flags) and all(each >= HASWELL for each in flags)


# MKL looks for itself what the processor can do; OpenBLAS believes what it is told.
os.environ.setdefault("MKL_CBWR", "AVX2")
if runs_haswell_code():
    os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")
