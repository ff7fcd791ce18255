"""Run Python, and append how long it took and its peak memory to a file.

Stands in for `python` while the pipeline is measured: `timed_python.py FILE ARGUMENT...`. A
program of its own, and a small one, because a child's peak counts what its parent held at fork.
"""

import json
import os
import sys
import time


def main() -> int:
    """Give the exit status of what was run."""
    log, *arguments = sys.argv[1:]
    start = time.perf_counter()
    child = os.posix_spawn(sys.executable, [sys.executable, *arguments], os.environ)
    _, status, usage = os.wait4(child, 0)
    unit = 1 if sys.platform == "darwin" else 1024
    measured = {
        "command": arguments,
        "seconds": time.perf_counter() - start,
        "bytes": usage.ru_maxrss * unit,
    }
    with open(log, "a", encoding="utf-8") as stream:  # noqa: PTH123 - no more imports than needed
        stream.write(json.dumps(measured) + "\n")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
