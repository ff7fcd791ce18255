"""Get the film reviews: the official archive to data/raw/imdb.parquet."""

from pathlib import Path

import reelvec.base.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.files import write_json
from reelvec.base.provenance import IMDB_METRICS
from reelvec.base.schema.whole import load_params
from reelvec.fetch.imdb import fetch_imdb


def main() -> None:
    """Run the stage."""
    metrics = fetch_imdb(load_params().imdb, Path("data/raw/imdb.parquet"))
    write_json(IMDB_METRICS, metrics)
    print(metrics["data"])
    print(
        f"{metrics['reviews']['total']:,} reviews, {metrics['tokens']['total']:,} words; "
        f"{metrics['duplicates_across']['train_test']:,} texts are in both train and test"
    )


if __name__ == "__main__":
    with shown_to_people():
        main()
