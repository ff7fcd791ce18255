"""Gather words, vectors and maps for the report's embedding explorer: data/explorer.json."""

from pathlib import Path

import reelvec.base.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.files import write_json
from reelvec.base.schema.whole import load_params
from reelvec.spaces.explorer_data import explorer_data
from reelvec.spaces.keyed_vectors import load_space
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import Vocabulary

PROCESSED = Path("data/processed")
EXPLORER = Path("data/explorer.json")


def main() -> None:
    """Run the stage."""
    params = load_params().explorer
    data = explorer_data(
        {name: load_space(name) for name in params.spaces},
        Vocabulary.load(PROCESSED / "vocab.tsv"),
        Dataset.load(PROCESSED / "train"),
        params,
    )
    write_json(EXPLORER, data)
    print(f"wrote {EXPLORER}: {len(data['words']):,} words in {', '.join(params.spaces)}")


if __name__ == "__main__":
    with shown_to_people():
        main()
