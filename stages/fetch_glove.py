"""Get the pretrained word vectors: GloVe's text to data/raw/glove/."""

from pathlib import Path

import reelvec.base.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.files import write_json
from reelvec.base.schema.whole import load_params
from reelvec.fetch.glove import fetch_glove


def main() -> None:
    """Run the stage."""
    metrics = fetch_glove(load_params().glove, Path("data/raw/glove"))
    write_json(Path("reports/metrics/glove.json"), metrics)
    print(
        f"{metrics['words']:,} words, {metrics['dimension']} dimensions, "
        f"{metrics['duplicate_words']:,} duplicate words left out"
    )


if __name__ == "__main__":
    with shown_to_people():
        main()
