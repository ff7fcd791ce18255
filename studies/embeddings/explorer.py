"""All embedding spaces to look at: a page of their words, and files for other programs."""

from pathlib import Path

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from studies.embeddings.spaces import TEXTS_OF_REVIEWS, spaces_of_study, taught_by

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_text
from reelvec.base.project.params_file import read_section
from reelvec.base.project.paths import PROCESSED, TRAIN, VOCABULARY
from reelvec.base.project.provenance import data_line
from reelvec.base.schema.explorer import ExplorerParams
from reelvec.export.vectors import export_spaces
from reelvec.report.explorer_page import render_explorer
from reelvec.spaces.explorer_data import explorer_data
from reelvec.text.dataset import Dataset
from reelvec.text.vocabulary import Vocabulary

HERE = Path("studies/embeddings")
PAGE, EXPORT = HERE / "explorer.html", HERE / "export"
TITLE = "Embedding spaces of film reviews, side by side"


def main() -> None:
    """Run the stage."""
    spaces = spaces_of_study()
    vocabulary, training = Vocabulary.load(PROCESSED / VOCABULARY), Dataset.load(PROCESSED / TRAIN)
    data = explorer_data(spaces, vocabulary, training, read_section(ExplorerParams))
    write_text(PAGE, render_explorer(data, data_line(), TITLE))
    # The pipeline exports GloVe and its variants.
    exported = {name: spaces[name] for name in spaces if taught_by(name) == TEXTS_OF_REVIEWS}
    export_spaces(EXPORT, exported, None, vocabulary, training)
    shown = f"`tensorboard --logdir {EXPORT}` shows {', '.join(exported)}"
    print(f"wrote {PAGE} and {EXPORT}; {shown}")


if __name__ == "__main__":
    with shown_to_people():
        main()
