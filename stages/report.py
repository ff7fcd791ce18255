"""Gather all results in one page for people: reports/index.html."""

from pathlib import Path

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_text
from reelvec.base.project.paths import MISTAKES
from reelvec.base.project.provenance import data_line
from reelvec.base.schema.whole import load_params
from reelvec.evaluation.behaviour_report import behaviour_table
from reelvec.evaluation.comparison import Comparison
from reelvec.evaluation.mistakes import load_mistakes
from reelvec.report.page import Findings, read_results, render_report
from reelvec.report.stamp import PAGE, STAMPED, stamp

REPORTS = Path("reports")
METRICS = REPORTS / "metrics"


def main() -> None:
    """Run the stage."""
    params = load_params()
    found = Findings(
        data=data_line(),
        comparison=Comparison.load(METRICS / "comparison.json"),
        similarities=read_results(METRICS / "similarities.json", "compare_similarities"),
        neighbors=read_results(REPORTS / "neighbors.json", "compare_similarities"),
        mistakes={name: load_mistakes(MISTAKES / f"{name}.json") for name in params.variants},
        behaviour=behaviour_table(read_results(METRICS / "behaviour.json", "evaluate")),
        figures={path.stem: path.read_bytes() for path in (REPORTS / "figures").glob("*.svg")},
        explorer=read_results(Path("data/explorer.json"), "prepare_explorer"),
    )
    write_text(PAGE, render_report(params, found))
    stamp(Path())
    print(f"wrote {STAMPED}: open it in a browser, or run `reelvec explore`")


if __name__ == "__main__":
    with shown_to_people():
        main()
