"""Where corpus, algorithm, dimension, encoder and training put their points: to reports/."""

from pathlib import Path

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from studies.common.features import Reviews, draw_features, features_json, features_markdown
from studies.common.params import load_study
from studies.common.rows import FEATURES, read_csv

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json, write_text
from reelvec.base.project.provenance import data_line
from reelvec.report.figures.style import save_figure
from reelvec.text.dataset import Dataset

HERE = Path("studies/embeddings")
REPORTS = HERE / "reports"


def main() -> None:
    """Run the stage."""
    chosen = load_study(HERE)
    text, confidence = Path("data") / chosen["features"]["text"], chosen["confidence"]
    training, validation, unlabelled = (
        len(Dataset.load(text / part)) for part in ("train", "valid", "unsup")
    )
    reviews = Reviews(training, validation, training + validation + unlabelled)
    rows, data = read_csv(REPORTS / "features.csv", FEATURES), data_line()
    save_figure(draw_features(rows, confidence, data), REPORTS / "features")
    write_json(REPORTS / "features.json", features_json(rows, reviews, confidence, data))
    write_text(REPORTS / "features.md", features_markdown(rows, reviews, confidence, data))
    print(f"wrote {REPORTS / 'features.md'}")


if __name__ == "__main__":
    with shown_to_people():
        main()
