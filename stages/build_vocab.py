"""Give tokens their ids and divide the reviews: data/interim/ to data/processed/."""

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json
from reelvec.base.project.params_file import read_section
from reelvec.base.project.paths import GLOVE_VECTORS, METRICS, PROCESSED, TOKENS
from reelvec.base.schema.vocabulary import VocabularyParams
from reelvec.text.columns import Corpus
from reelvec.text.parts import coverage_of_parts, split_file, write_parts
from reelvec.text.tokenizer import load_steps
from reelvec.text.vocabulary import build_vocabulary


def main() -> None:
    """Run the stage."""
    params = read_section(VocabularyParams)
    facts, steps = TOKENS / "reviews.parquet", load_steps(TOKENS)
    rows_of_part = split_file(facts, params)
    corpus = Corpus.load(TOKENS)
    training = rows_of_part["train"]
    vocabulary = build_vocabulary(corpus.lexicon, corpus.reviews, params, training)

    write_parts(PROCESSED, corpus, facts, rows_of_part, vocabulary, steps)
    pretrained = (GLOVE_VECTORS / "words.txt").read_text(encoding="utf-8").split("\n")[:-1]
    metrics = coverage_of_parts(corpus, rows_of_part, vocabulary, pretrained)
    write_json(METRICS / "vocabulary.json", metrics)
    print(f"{len(vocabulary):,} ids, padding and unknown among them")
    for name in ("train", "valid", "unsup"):
        known = metrics[name]
        print(
            f"{name}: the vocabulary knows {known['vocabulary_tokens']:.1%} of the tokens and "
            f"{known['vocabulary_types']:.1%} of the types, GloVe {known['glove_tokens']:.1%} "
            f"and {known['glove_types']:.1%}"
        )


if __name__ == "__main__":
    with shown_to_people():
        main()
