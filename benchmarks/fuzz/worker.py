"""One target under atheris, which learns what bytes lead where: a process of its own."""

import sys

import atheris

with atheris.instrument_imports(include=["reelvec", "tarfile", "zipfile", "ruamel.yaml"]):
    from benchmarks.fuzz.targets import TARGETS

if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    TARGETS[name](b"")  # what is made once takes longer than an input may
    atheris.Setup([sys.argv[0], *arguments], TARGETS[name])
    atheris.Fuzz()
