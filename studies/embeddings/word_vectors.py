"""Train each algorithm on the same reviews with the same dimension: to vectors/<name>/."""

from pathlib import Path
from typing import Any

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from studies.common.glove import GloveSettings, train_glove
from studies.common.params import load_study

from reelvec.base.errors import shown_to_people
from reelvec.base.schema.word_vectors import WordVectorsParams
from reelvec.models.word2vec import train_word_vectors
from reelvec.models.word_vectors import WordVectors
from reelvec.text.dataset import Dataset
from reelvec.text.ragged import Ragged
from reelvec.text.vocabulary import Vocabulary

HERE = Path("studies/embeddings")
DATA = Path("data/processed")
PARTS = ("train", "valid", "unsup")


def trained(settings: dict[str, Any], tokens: list[str], parts: list[Ragged]) -> WordVectors:
    """Vectors by the algorithm that the settings name."""
    if settings["algorithm"] == "glove":
        given = {key: value for key, value in settings.items() if key != "algorithm"}
        return train_glove(GloveSettings(**given), tokens, parts)
    return train_word_vectors(WordVectorsParams(**settings), tokens, parts)


def main() -> None:
    """Run the stage."""
    tokens = Vocabulary.load(DATA / "vocab.tsv").tokens
    parts = [Dataset.load(DATA / part).reviews for part in PARTS]
    for name, settings in load_study(HERE)["vectors"].items():
        vectors = trained(settings, tokens, parts)
        vectors.save(HERE / "vectors" / name)
        print(f"{name}: {len(vectors.words):,} words", flush=True)


if __name__ == "__main__":
    with shown_to_people():
        main()
