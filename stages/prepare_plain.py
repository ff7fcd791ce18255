"""Give the unchanged words of the reviews their ids: data/raw/imdb.parquet to data/plain/."""

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import folder_beside, write_json
from reelvec.base.project.params_file import read_section
from reelvec.base.project.paths import METRICS, PLAIN, REVIEWS
from reelvec.base.schema.plain import PlainParams
from reelvec.base.schema.vocabulary import VocabularyParams
from reelvec.text.columns import Corpus
from reelvec.text.parts import split_file, write_parts
from reelvec.text.table_tokens import tokenize_table
from reelvec.text.vocabulary import build_vocabulary


def main() -> None:
    """Run the stage."""
    plain, division = read_section(PlainParams), read_section(VocabularyParams)
    rows_of_part = split_file(REVIEWS, division)
    limits = VocabularyParams(max_size=plain.max_size, min_count=plain.min_count)
    with folder_beside(PLAIN) as folder:
        tokenize_table(REVIEWS, plain.preprocess, folder)
        corpus = Corpus.load(folder)
        training = rows_of_part["train"]
        vocabulary = build_vocabulary(corpus.lexicon, corpus.reviews, limits, training)
        write_parts(PLAIN, corpus, REVIEWS, rows_of_part, vocabulary, plain.preprocess)
        tokens = len(corpus.reviews.ids)
    write_json(METRICS / "plain.json", {"tokens": tokens, "words": len(vocabulary) - 2})
    print(f"{tokens:,} tokens, {len(vocabulary):,} ids, padding and unknown among them")


if __name__ == "__main__":
    with shown_to_people():
        main()
