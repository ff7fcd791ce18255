"""`make demo`: the whole pipeline on the bundled sample."""

import re
import subprocess
import sys
import time
from pathlib import Path

from reelvec.base.errors import ReelvecError
from reelvec.base.project.provenance import data_line
from reelvec.cli.workspace import environment, make_workspace
from reelvec.evaluation.comparison_report import summary_table
from reelvec.report.page import write_page

SAMPLE_PARAMS = Path("data/sample/params.yaml")
STAGE_STARTS = re.compile(r"^Running stage '(.+)':")
LOG_LINES_SHOWN = 30


def run_demo(project: Path, workspace: Path) -> None:
    """Run the pipeline on the sample in a workspace, then print a table and where to look.

    Args:
        project: the project's folder, which stays as it is.
        workspace: where to run; see `make_workspace`.

    Raises:
        ReelvecError: a stage failed; the message holds the end of the log.
    """
    make_workspace(project, workspace, [project / SAMPLE_PARAMS])
    print(f"The pipeline on the sample, in {workspace}:")
    log = workspace / "demo.log"
    if _reproduce(workspace, log):
        tail = "\n".join(log.read_text(encoding="utf-8").splitlines()[-LOG_LINES_SHOWN:])
        raise ReelvecError(f"the demo failed; the end of {log}:\n{tail}")
    print(f"\n{data_line(workspace / 'reports/metrics/imdb.json')}\n")
    print(f"{summary_table(workspace / 'reports/metrics')}\n")
    print(f"Open {write_page(workspace).resolve()}")


def _reproduce(workspace: Path, log: Path) -> int:
    """Run `dvc repro`: a line for each stage on the screen, everything in the log.

    Returns:
        its exit status.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro"],
        cwd=workspace,
        env=environment(workspace),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    start = None
    with process, log.open("w", encoding="utf-8") as stream:
        for line in process.stdout or ():
            stream.write(line)
            if started := STAGE_STARTS.search(line):
                _show_time_since(start)
                start = time.monotonic()
                print(f"  {started[1]:<32}", end="", flush=True)
    _show_time_since(start)
    return process.returncode


def _show_time_since(start: float | None) -> None:
    """End the line of a stage with the time it took."""
    if start is not None:
        print(f"{time.monotonic() - start:5.1f} s", flush=True)
