"""Write vectors and models for other programs: data/models/ and GloVe to reports/export/."""

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import replacing
from reelvec.base.project.params_file import read_section
from reelvec.base.project.paths import EXPORT, GLOVE_VECTORS, PROCESSED, TRAIN, VOCABULARY
from reelvec.base.schema.export import ExportParams
from reelvec.base.schema.serving import ServingParams
from reelvec.export.mlflow_environment import prepare_environment
from reelvec.export.vectors import export_spaces
from reelvec.models.folders import folder_of_model
from reelvec.models.word_vectors import load_word_vectors
from reelvec.spaces.keyed_vectors import load_space
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import Vocabulary


def main() -> None:
    """Run the stage."""
    prepare_environment()
    from reelvec.export.whole_models import export_model

    params, limits = read_section(ExportParams), read_section(ServingParams)
    glove = load_word_vectors(GLOVE_VECTORS)
    kept = slice(params.glove_words)
    with replacing(EXPORT) as folder:
        export_spaces(
            folder,
            {name: load_space(name) for name in params.spaces},
            (glove.words[kept], glove.vectors[kept]),
            Vocabulary.load(PROCESSED / VOCABULARY),
            Dataset.load(PROCESSED / TRAIN),
        )
        for name in params.models:
            export_model(folder / "models" / name, folder_of_model(name), limits)
    print(f"wrote {EXPORT}; `tensorboard --logdir {EXPORT}` shows {', '.join(params.spaces)}")


if __name__ == "__main__":
    with shown_to_people():
        main()
