"""Ask the embedding spaces what they know: data/models/ and GloVe to reports/similarities.md."""

from pathlib import Path

from reelvec.errors import shown_to_people
from reelvec.files import write_json, write_text
from reelvec.params import load_params
from reelvec.provenance import data_line
from reelvec.similarity import compare_spaces, metrics, neighbor_lists
from reelvec.similarity_report import similarities_markdown
from reelvec.spaces import load_space

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
