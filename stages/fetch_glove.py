"""Get the pretrained word vectors: GloVe's text to data/raw/glove/."""

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json
from reelvec.base.project.params_file import read_section
from reelvec.base.project.paths import GLOVE_VECTORS, METRICS
from reelvec.base.schema.glove import GloveParams
from reelvec.fetch.glove import fetch_glove


def main() -> None:
    """Run the stage."""
    metrics = fetch_glove(read_section(GloveParams), GLOVE_VECTORS)
    write_json(METRICS / "glove.json", metrics)
    print(
        f"{metrics['words']:,} words, {metrics['dimension']} dimensions, "
        f"{metrics['duplicate_words']:,} duplicate words left out"
    )


if __name__ == "__main__":
    with shown_to_people():
        main()
