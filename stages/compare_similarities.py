"""Ask the embedding spaces what they know: data/models/ and GloVe to reports/similarities.md."""

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json, write_text
from reelvec.base.project.params_file import read_section
from reelvec.base.project.paths import NEIGHBORS, REPORTS, SIMILARITIES
from reelvec.base.project.provenance import data_line
from reelvec.base.schema.preprocess import PreprocessParams
from reelvec.base.schema.similarities import SimilarityParams
from reelvec.spaces.answers import metrics, neighbor_lists
from reelvec.spaces.findings import findings
from reelvec.spaces.keyed_vectors import load_space
from reelvec.spaces.remembered import Remembered
from reelvec.spaces.similarities import compare_spaces
from reelvec.spaces.similarities_report import similarities_markdown


def main() -> None:
    """Run the stage."""
    params = read_section(SimilarityParams)
    spaces = {name: load_space(name) for name in params.spaces}
    remembered = Remembered()
    similarities = compare_spaces(
        spaces, params, read_section(PreprocessParams), answer=remembered.answers
    )
    remembered.forget_others()
    found = findings(similarities)
    write_json(SIMILARITIES, {**metrics(similarities), "findings": found})
    write_json(NEIGHBORS, neighbor_lists(similarities))
    write_text(REPORTS / "similarities.md", similarities_markdown(similarities, data_line()))
    print(f"wrote {REPORTS / 'similarities.md'}: {', '.join(spaces)} compared")


if __name__ == "__main__":
    with shown_to_people():
        main()
