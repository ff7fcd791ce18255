"""What to do with how many labels: tables, sentences and a picture from curves.csv, to reports/."""

from pathlib import Path

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from studies.common.curves_picture import draw_curves
from studies.common.learning_curves import curves_markdown, means, told
from studies.common.params import load_study
from studies.common.rows import CURVES, read_csv

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json, write_text
from reelvec.base.project.provenance import data_line
from reelvec.report.figures.style import save_figure

HERE = Path("studies/learning_curves")
REPORTS = HERE / "reports"


def main() -> None:
    """Run the stage."""
    confidence, data = load_study(HERE)["confidence"], data_line()
    cells = read_csv(REPORTS / "curves.csv", CURVES)
    rows = [cell for cell in cells if cell["reviews"]]
    without = {cell["model"]: cell["accuracy"] for cell in cells if not cell["reviews"]}
    save_figure(draw_curves(means(rows, confidence), without, data), REPORTS / "curves")
    write_json(REPORTS / "curves.json", told(rows, without, confidence, data))
    write_text(REPORTS / "curves.md", curves_markdown(rows, without, confidence, data))
    print(f"wrote {REPORTS / 'curves.md'}")


if __name__ == "__main__":
    with shown_to_people():
        main()
