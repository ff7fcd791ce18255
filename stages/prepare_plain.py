"""Give the unchanged words of the reviews their ids: data/raw/imdb.parquet to data/plain/."""

from pathlib import Path

import reelvec.base.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
import pyarrow.parquet as pq

from reelvec.base.errors import shown_to_people
from reelvec.base.files import write_json
from reelvec.base.schema.vocabulary import VocabularyParams
from reelvec.base.schema.whole import load_params
from reelvec.text.columns import tokenize
from reelvec.text.parts import split_reviews, write_parts
from reelvec.text.vocabulary import build_vocabulary


def main() -> None:
    """Run the stage."""
    params = load_params()
    plain = params.plain
    table = pq.read_table("data/raw/imdb.parquet")
    corpus = tokenize(table["text"], plain.preprocess)
    rows_of_part = split_reviews(table, params.vocabulary)
    training = corpus.reviews.take(rows_of_part["train"])
    limits = VocabularyParams(max_size=plain.max_size, min_count=plain.min_count)
    vocabulary = build_vocabulary(corpus.lexicon, training, limits)
    write_parts(Path("data/plain"), corpus, table, rows_of_part, vocabulary, plain.preprocess)
    tokens = len(corpus.reviews.ids)
    write_json(Path("reports/metrics/plain.json"), {"tokens": tokens, "words": len(vocabulary) - 2})
    print(f"{tokens:,} tokens, {len(vocabulary):,} ids, padding and unknown among them")


if __name__ == "__main__":
    with shown_to_people():
        main()
