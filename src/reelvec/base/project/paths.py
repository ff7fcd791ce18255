"""Where things lie in a project's folder; all paths are relative to it."""

from pathlib import Path

PARAMS = Path("params.yaml")
STAGES = Path("dvc.yaml")

DATA = Path("data")
REVIEWS = DATA / "raw/imdb.parquet"
GLOVE_VECTORS = DATA / "raw/glove"
TOKENS = DATA / "interim"
PROCESSED, PLAIN = DATA / "processed", DATA / "plain"
WORD_VECTORS = DATA / "word_vectors"
MODELS, BASELINES = DATA / "models", DATA / "baselines"
LESSONS = DATA / "lessons"
STUDENTS, ENSEMBLES = DATA / "students", DATA / "ensembles"
PREDICTIONS = DATA / "predictions"
MISTAKES = DATA / "mistakes"
EXPLORER = DATA / "explorer.json"
CONTENTS = DATA / "report.json"
CASES = DATA / "behaviour.csv"
SHORT_CASES = DATA / "judgements.csv"
TRACKED = DATA / "tracked.json"

REPORTS = Path("reports")
METRICS = REPORTS / "metrics"
PLOTS = REPORTS / "plots"
FIGURES = REPORTS / "figures"
EXPORT = REPORTS / "export"
OPENED_PAGE = REPORTS / "index.html"

IMDB_METRICS = METRICS / "imdb.json"
TRAIN_METRICS, TEST_METRICS = METRICS / "train", METRICS / "evaluate"
BASELINE_METRICS = METRICS / "train_baselines.json"
STUDENT_METRICS = METRICS / "train_students.json"
ENSEMBLE_METRICS = METRICS / "train_ensembles.json"
COMPARISON = METRICS / "comparison.json"
SIMILARITIES = METRICS / "similarities.json"
BEHAVIOUR = METRICS / "behaviour.json"
SHORT_JUDGEMENTS, LENGTHS = METRICS / "short_judgements.json", METRICS / "lengths.json"
NEIGHBORS = REPORTS / "neighbors.json"

CONFIG, WEIGHTS = "config.json", "model.safetensors"
"""Within the folder of a trained model."""

VOCABULARY = "vocab.tsv"
"""Within a folder of encoded reviews."""

TRAIN, VALID, TEST, UNSUP = "train", "valid", "test", "unsup"
"""The parts of the reviews, folders within a folder of encoded reviews."""


def reviews_of(text: str) -> Path:
    """The encoded reviews of a kind of text, `processed` or `plain`."""
    return DATA / text
