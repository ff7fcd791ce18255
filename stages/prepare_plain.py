"""Give the unchanged words of the reviews their ids: data/raw/imdb.parquet to data/plain/."""

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
import pyarrow.parquet as pq

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json
from reelvec.base.project.params_file import read_section
from reelvec.base.project.paths import METRICS, PLAIN, REVIEWS
from reelvec.base.schema.plain import PlainParams
from reelvec.base.schema.vocabulary import VocabularyParams
from reelvec.text.columns import tokenize
from reelvec.text.parts import split_reviews, write_parts
from reelvec.text.vocabulary import build_vocabulary


def main() -> None:
    """Run the stage."""
    plain, division = read_section(PlainParams), read_section(VocabularyParams)
    table = pq.read_table(REVIEWS)
    corpus = tokenize(table["text"], plain.preprocess)
    rows_of_part = split_reviews(table, division)
    training = corpus.reviews.take(rows_of_part["train"])
    limits = VocabularyParams(max_size=plain.max_size, min_count=plain.min_count)
    vocabulary = build_vocabulary(corpus.lexicon, training, limits)
    write_parts(PLAIN, corpus, table, rows_of_part, vocabulary, plain.preprocess)
    tokens = len(corpus.reviews.ids)
    write_json(METRICS / "plain.json", {"tokens": tokens, "words": len(vocabulary) - 2})
    print(f"{tokens:,} tokens, {len(vocabulary):,} ids, padding and unknown among them")


if __name__ == "__main__":
    with shown_to_people():
        main()
