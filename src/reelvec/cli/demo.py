"""`make demo`: the whole pipeline on the bundled sample."""

from pathlib import Path

from reelvec.base.project.provenance import data_line
from reelvec.cli.repro import cores, reproduce
from reelvec.cli.workspace import environment, make_workspace, sole_user_of
from reelvec.evaluation.comparison_report import summary_table
from reelvec.report.page import write_page

SAMPLE_PARAMS = Path("data/sample/params.yaml")


def run_demo(project: Path, workspace: Path) -> None:
    """Run the pipeline on the sample in a workspace, then print a table and where to look.

    Args:
        project: the project's folder, which stays as it is.
        workspace: where to run; see `make_workspace`.

    Raises:
        ReelvecError: another demo runs there, or a stage failed (the message has the end of what it
            printed).
    """
    with sole_user_of(workspace):
        make_workspace(project, workspace, [project / SAMPLE_PARAMS])
        print(f"The pipeline on the sample, in {workspace}:")
        reproduce(workspace, jobs=cores(), log=Path("demo.log"), environment=environment(workspace))
        print(f"\n{data_line(workspace / 'reports/metrics/imdb.json')}\n")
        print(f"{summary_table(workspace / 'reports/metrics')}\n")
        print(f"Open {write_page(workspace).resolve()}")
