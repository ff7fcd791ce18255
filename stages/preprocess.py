"""Turn reviews into tokens: data/raw/imdb.parquet to data/interim/."""

from pathlib import Path

import reelvec.base.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
import pyarrow.parquet as pq

from reelvec.base.errors import shown_to_people
from reelvec.base.files import replacing, write_json
from reelvec.base.schema.whole import load_params
from reelvec.text.columns import tokenize
from reelvec.text.tokenizer import PREPROCESS_FILE


def main() -> None:
    """Run the stage."""
    params = load_params()
    table = pq.read_table("data/raw/imdb.parquet")
    corpus = tokenize(table["text"], params.preprocess)
    with replacing(Path("data/interim")) as folder:
        folder.mkdir()
        corpus.save(folder)
        write_json(folder / PREPROCESS_FILE, params.preprocess.model_dump())
        pq.write_table(table.drop_columns("text"), folder / "reviews.parquet")
    lengths = corpus.reviews.lengths
    write_json(
        Path("reports/metrics/preprocess.json"),
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
