"""Train the word vectors of one entry: data/processed/ to data/word_vectors/<entry>/."""

import sys

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import ReelvecError, shown_to_people
from reelvec.base.project.files import write_json
from reelvec.base.project.params_file import read_entries
from reelvec.base.project.paths import METRICS, PROCESSED, TRAIN, UNSUP, VALID, VOCABULARY
from reelvec.base.schema.word_vectors import WordVectorsParams
from reelvec.models.word2vec import train_word_vectors
from reelvec.models.word_vectors import folder_of_vectors
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import Vocabulary

PARTS = (TRAIN, VALID, UNSUP)
"""All reviews but the test's: their labels play no part."""


def main() -> None:
    """Run the stage for the entry of `word_vectors` that the command line names."""
    entries = read_entries(WordVectorsParams)
    if len(sys.argv) != 2 or sys.argv[1] not in entries:
        raise ReelvecError(f"expected one argument, an entry of word_vectors: {', '.join(entries)}")
    name = sys.argv[1]
    tokens = Vocabulary.load(PROCESSED / VOCABULARY).tokens
    parts = [Dataset.load(PROCESSED / part).reviews for part in PARTS]
    vectors = train_word_vectors(entries[name], tokens, parts)
    vectors.save(folder_of_vectors(name))
    words, dimension = vectors.vectors.shape
    metrics = {"words": words, "dimension": dimension, "reviews": sum(map(len, parts))}
    write_json(METRICS / "word_vectors" / f"{name}.json", metrics)
    print(f"{name}: {words:,} words in {dimension} dimensions from {metrics['reviews']:,} reviews")


if __name__ == "__main__":
    with shown_to_people():
        main()
