"""Ask the embedding spaces what they know: data/models/ and GloVe to reports/similarities.md."""

from pathlib import Path

import reelvec.base.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.files import write_json, write_text
from reelvec.base.provenance import data_line
from reelvec.base.schema.whole import load_params
from reelvec.spaces.keyed_vectors import load_space
from reelvec.spaces.similarities import compare_spaces, metrics, neighbor_lists
from reelvec.spaces.similarities_report import similarities_markdown

REPORTS = Path("reports")


def main() -> None:
    """Run the stage."""
    params = load_params()
    spaces = {name: load_space(name) for name in params.similarities.spaces}
    comparison = compare_spaces(spaces, params.similarities, params.preprocess)
    write_json(REPORTS / "metrics" / "similarities.json", metrics(comparison))
    write_json(REPORTS / "neighbors.json", neighbor_lists(comparison))
    write_text(REPORTS / "similarities.md", similarities_markdown(comparison, data_line()))
    print(f"wrote {REPORTS / 'similarities.md'}: {', '.join(spaces)} compared")


if __name__ == "__main__":
    with shown_to_people():
        main()
