"""Gather words, vectors and maps for the report's embedding explorer: data/explorer.json."""

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json
from reelvec.base.project.params_file import read_section
from reelvec.base.project.paths import EXPLORER, PROCESSED, TRAIN, VOCABULARY
from reelvec.base.schema.explorer import ExplorerParams
from reelvec.spaces.explorer_data import explorer_data
from reelvec.spaces.keyed_vectors import load_space
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import Vocabulary


def main() -> None:
    """Run the stage."""
    params = read_section(ExplorerParams)
    data = explorer_data(
        {name: load_space(name) for name in params.spaces},
        Vocabulary.load(PROCESSED / VOCABULARY),
        Dataset.load(PROCESSED / TRAIN),
        params,
    )
    write_json(EXPLORER, data)
    print(f"wrote {EXPLORER}: {len(data['words']):,} words in {', '.join(params.spaces)}")


if __name__ == "__main__":
    with shown_to_people():
        main()
