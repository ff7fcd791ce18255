"""Write the vectors for other programs: data/models/ and GloVe to reports/export/."""

from pathlib import Path

from reelvec.dataset import Dataset
from reelvec.errors import shown_to_people
from reelvec.export import export_spaces
from reelvec.params import load_params
from reelvec.pretrained import load_word_vectors
from reelvec.spaces import load_space
from reelvec.vocabulary import Vocabulary

DATA = Path("data")
EXPORT = Path("reports") / "export"


def main() -> None:
    """Run the stage."""
    params = load_params().export
    glove = load_word_vectors(DATA / "raw" / "glove")
    kept = slice(params.glove_words)
    export_spaces(
        EXPORT,
        {name: load_space(name) for name in params.spaces},
        (glove.words[kept], glove.vectors[kept]),
        Vocabulary.load(DATA / "processed" / "vocab.tsv"),
        Dataset.load(DATA / "processed" / "train"),
    )
    print(f"wrote {EXPORT}; `tensorboard --logdir {EXPORT}` shows {', '.join(params.spaces)}")


if __name__ == "__main__":
    with shown_to_people():
        main()
