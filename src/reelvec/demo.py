"""`make demo`: the whole pipeline on the bundled sample."""

import re
import subprocess
import sys
from pathlib import Path

from reelvec.comparison import summary_table
from reelvec.errors import ReelvecError
from reelvec.workspace import environment, make_workspace

SAMPLE_PARAMS = Path("data/sample/params.yaml")
STAGE_STARTS = re.compile(r"Running stage '(.+)':")
LOG_LINES_SHOWN = 30


def run_demo(project: Path, workspace: Path) -> None:
    """Run the pipeline on the sample in a workspace, then print a table and where to look.

    Raises:
        ReelvecError: a stage failed; the message holds the end of the log.
    """
    make_workspace(project, workspace, [project / SAMPLE_PARAMS])
    log = workspace / "demo.log"
    with log.open("w", encoding="utf-8") as stream:
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
        assert process.stdout is not None
        for line in process.stdout:
            stream.write(line)
            if started := STAGE_STARTS.search(line):
                print(f"  {started[1]}", flush=True)
    if process.wait():
        tail = "\n".join(log.read_text(encoding="utf-8").splitlines()[-LOG_LINES_SHOWN:])
        raise ReelvecError(f"the demo failed; the end of {log}:\n{tail}")
    print(f"\n{summary_table(workspace / 'reports/metrics')}\n")
    print(f"Open {(workspace / 'reports/index.html').resolve()}")
