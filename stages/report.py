"""Gather all results in one page for people: reports/index.html."""

from pathlib import Path

from reelvec.behaviour import behaviour_table
from reelvec.comparison import Comparison
from reelvec.errors import shown_to_people
from reelvec.files import write_text
from reelvec.mistakes import find_mistakes
from reelvec.params import load_params
from reelvec.predictions import PREDICTIONS, load_predictions
from reelvec.provenance import data_line
from reelvec.report import read_results, render_report

REPORTS = Path("reports")
METRICS = REPORTS / "metrics"
RAW = Path("data/raw/imdb.parquet")


def main() -> None:
    """Run the stage."""
    params = load_params()
    predictions = load_predictions({PREDICTIONS: params.variants})
    page = render_report(
        params,
        Comparison.load(METRICS / "comparison.json"),
        read_results(METRICS / "similarities.json", "compare_similarities"),
        read_results(REPORTS / "neighbors.json", "compare_similarities"),
        {
            name: find_mistakes(each, RAW, params.evaluation.mistakes)
            for name, each in predictions.items()
        },
        behaviour_table(read_results(METRICS / "behaviour.json", "check_behaviour")),
        data_line(),
    )
    write_text(REPORTS / "index.html", page)
    print(f"wrote {REPORTS / 'index.html'}: open it in a browser")


if __name__ == "__main__":
    with shown_to_people():
        main()
