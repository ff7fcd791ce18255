"""Gather what the page says, from the results of all stages: data/report.json."""

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json
from reelvec.base.project.paths import (
    BEHAVIOUR,
    COMPARISON,
    CONTENTS,
    MISTAKES,
    NEIGHBORS,
    SIMILARITIES,
)
from reelvec.base.project.provenance import data_line, label_names
from reelvec.base.schema.whole import load_params
from reelvec.evaluation.behaviour_report import behaviour_table
from reelvec.evaluation.comparison import Comparison
from reelvec.evaluation.mistakes import load_mistakes
from reelvec.report.contents import Findings, page_contents, read_results


def main() -> None:
    """Run the stage."""
    params = load_params()
    found = Findings(
        data=data_line(),
        comparison=Comparison.load(COMPARISON),
        similarities=read_results(SIMILARITIES, "compare_similarities"),
        neighbors=read_results(NEIGHBORS, "compare_similarities"),
        mistakes={name: load_mistakes(MISTAKES / f"{name}.json") for name in params.variants},
        behaviour=behaviour_table(read_results(BEHAVIOUR, "evaluate")),
        labels=label_names(),
    )
    write_json(CONTENTS, page_contents(params, found))
    print("`reelvec page` makes reports/index.html of it, and `reelvec explore` opens that")


if __name__ == "__main__":
    with shown_to_people():
        main()
