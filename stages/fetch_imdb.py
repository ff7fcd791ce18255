"""Get the reviews, the official archive or a person's own tables: to data/raw/imdb.parquet."""

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json
from reelvec.base.project.params_file import read_section
from reelvec.base.project.paths import IMDB_METRICS, REVIEWS
from reelvec.base.schema.imdb import ImdbParams
from reelvec.fetch.reviews import fetch_reviews


def main() -> None:
    """Run the stage."""
    metrics = fetch_reviews(read_section(ImdbParams), REVIEWS)
    write_json(IMDB_METRICS, metrics)
    print(metrics["data"])
    print(
        f"{metrics['reviews']['total']:,} reviews, {metrics['tokens']['total']:,} words; "
        f"{metrics['duplicates_across']['train_test']:,} texts are in both train and test"
    )


if __name__ == "__main__":
    with shown_to_people():
        main()
