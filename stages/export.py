"""Write vectors and models for other programs: data/models/ and GloVe to reports/export/."""

from pathlib import Path

import reelvec.base.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.files import replacing
from reelvec.base.schema.whole import load_params
from reelvec.export.mlflow_environment import prepare_environment
from reelvec.export.vectors import export_spaces
from reelvec.models.word_vectors import load_word_vectors
from reelvec.spaces.keyed_vectors import load_space
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import Vocabulary

DATA = Path("data")
MODELS = "models"
EXPORT = Path("reports") / "export"


def main() -> None:
    """Run the stage."""
    prepare_environment()
    from reelvec.export.whole_models import export_model

    params = load_params().export
    glove = load_word_vectors(DATA / "raw" / "glove")
    kept = slice(params.glove_words)
    with replacing(EXPORT) as folder:
        export_spaces(
            folder,
            {name: load_space(name) for name in params.spaces},
            (glove.words[kept], glove.vectors[kept]),
            Vocabulary.load(DATA / "processed" / "vocab.tsv"),
            Dataset.load(DATA / "processed" / "train"),
        )
        for variant in params.models:
            export_model(folder / MODELS / variant, DATA / MODELS / variant)
    print(f"wrote {EXPORT}; `tensorboard --logdir {EXPORT}` shows {', '.join(params.spaces)}")


if __name__ == "__main__":
    with shown_to_people():
        main()
