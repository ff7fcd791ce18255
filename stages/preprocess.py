"""Turn reviews into tokens: data/raw/imdb.parquet to data/interim/."""

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import replacing, write_json
from reelvec.base.project.params_file import read_section
from reelvec.base.project.paths import METRICS, REVIEWS, TOKENS
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.text.columns import Corpus
from reelvec.text.table_tokens import tokenize_table, write_facts
from reelvec.text.tokenizer import PREPROCESS_FILE


def main() -> None:
    """Run the stage."""
    params = read_section(PreprocessParams)
    with replacing(TOKENS) as folder:
        folder.mkdir()
        tokenize_table(REVIEWS, params, folder)
        write_json(folder / PREPROCESS_FILE, params.model_dump())
        write_facts(REVIEWS, folder / "reviews.parquet")
    corpus = Corpus.load(TOKENS)
    lengths = corpus.reviews.lengths
    write_json(
        METRICS / "preprocess.json",
        {
            "reviews": len(lengths),
            "tokens": len(corpus.reviews.ids),
            "distinct_tokens": len(corpus.lexicon),
            "tokens_a_review": lengths.mean() if len(lengths) else 0.0,
            "longest_review": lengths.max(initial=0),
            "empty_reviews": (lengths == 0).sum(),
        },
    )
    print(
        f"{len(lengths):,} reviews, {len(corpus.reviews.ids):,} tokens, "
        f"{len(corpus.lexicon):,} distinct"
    )


if __name__ == "__main__":
    with shown_to_people():
        main()
