"""`make studies-quick` runs to its end on the sample, and leaves the project as it is."""

from pathlib import Path

import pytest
from studies.common.rows import CURVES, FEATURES, read_csv
from studies.quick import run_quick
from workspaces import PROJECT

SMALLEST = {
    "learning_curves": {
        "curves": {
            "models": ["scratch", "average_word2vec"],
            "variants": {"word2vec_attention": None},
            "seeds": dict.fromkeys((50, 100, 250, 500, 1000, 2500, 5000, 10000, 20000)) | {20: 1},
            "epochs": 2,
        }
    },
    "embeddings": {
        "vectors": {"skip_gram": None, "fasttext": None, "own_glove": None},
        "features": {
            "embeddings": ["glove", "cbow", "random"],
            "dimensions": [50],
            "encoders": {"mean_max": None, "attention": None, "cnn": None, "gru": None},
            "training": {"epochs": 1},
            "seeds": 1,
        },
    },
}


@pytest.mark.slow
def test_curves_and_embeddings_have_every_cell_and_a_report_of_the_sample(
    finished: Path, tmp_path: Path
) -> None:
    before = {path: path.read_bytes() for path in (PROJECT / "studies").glob("*/reports/*")}
    run_quick(PROJECT, finished, tmp_path / "quick", SMALLEST)
    studies = tmp_path / "quick/studies"
    curves = read_csv(studies / "learning_curves/reports/curves.csv", CURVES)
    assert {(row["model"], row["reviews"]) for row in curves if row["reviews"]} == {
        ("scratch", 20),
        ("average_word2vec", 20),
    }
    grid = read_csv(studies / "embeddings/reports/features.csv", FEATURES)
    assert len(grid) == 3 * 2
    for report in ("learning_curves/reports/curves.md", "embeddings/reports/features.md"):
        assert (studies / report).read_text(encoding="utf-8").startswith("SAMPLE DATA")
    assert before == {path: path.read_bytes() for path in before}
