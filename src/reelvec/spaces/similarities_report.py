"""What the spaces know, for people: `reports/similarities.md`."""

import re
from collections.abc import Sequence

from tabulate import tabulate

from reelvec.spaces.answers import ASKED, Answers, Neighbor, Similarities
from reelvec.spaces.measures import jaccard
from reelvec.spaces.similarities import OVERLAP_WORDS

ABSENT = "not there"

TITLES = {
    "analogies_accuracy": "Analogies answered",
    "analogies_semantic_accuracy": "… about facts (capitals, family)",
    "analogies_syntactic_accuracy": "… about grammar (plurals, tenses)",
    "wordsim353_spearman": "WordSim-353 (Spearman)",
    "simlex999_spearman": "SimLex-999 (Spearman)",
    "sentiment_separation": "Sentiment: separation",
    "sentiment_silhouette": "Sentiment: silhouette",
    "sentiment_nearest": "Sentiment: nearest word agrees",
    "sentiment_neighbors": "Sentiment: neighbours that agree",
}

SHARES = {name for name in TITLES if name.endswith(("_accuracy", "_nearest", "_neighbors"))}

HOW_TO_READ = """\
## How to read it

- **own** searches each space's own words ({own}). **shared** searches only the {shared} most
  frequent words that all spaces have, so that a large vocabulary is no advantage: compare the
  spaces there.
- **Analogies**: *a is to b as c is to ?* is answered with the word nearest to b − a + c, the three
  given words left out. Of the {questions:,} questions in word2vec's `questions-words.txt` only
  those whose four words are all known can be asked; the number asked stands in brackets. A
  lemmatised vocabulary has no plurals or tenses and is asked fewer.
- **WordSim-353, SimLex-999**: rank correlation of the cosines with what people said about pairs of
  words (1 agrees, 0 is chance), pairs known in brackets. SimLex asks for likeness, not mere
  relation: *good* and *bad* must lie apart.
- **Sentiment** looks at the {words} words of praise and blame in `params.yaml`. Separation: mean
  cosine within a polarity less the mean cosine across (0: no difference). Silhouette: from −1
  to 1. Nearest word agrees: how often the nearest of these words has the same polarity.
  Neighbours that agree: the share among as many neighbours as there are other words of that
  polarity (by chance a little under half).
- Trained spaces are asked for a word as it is written in the reviews after preprocessing. GloVe is
  asked for the word as it stands, and for the processed form when it has no such word; among the
  shared words all are asked for the processed form."""


def similarities_markdown(similarities: Similarities, data: str) -> str:
    """The report.

    Args:
        similarities: what the spaces answered.
        data: the line that says which reviews, put first.

    Returns:
        Markdown, ending in a line break.
    """
    parts = [
        data,
        "# What the embedding spaces know",
        _how_to_read(similarities),
        "## Scores",
        _score_table(similarities),
        "## Neighbours",
        "Nearest words among each space's own words, with their cosines. The same among the "
        "shared words is in `neighbors.json`.",
        *_neighbor_tables(similarities),
        "## Pairs of words",
        "Cosine, and in brackets how close the second word is: 1 means that no word is closer to "
        "the first. Ranks say more than cosines, which run higher in some spaces than in others.",
        _pair_table(similarities),
        "## Analogies",
        "Rank of the expected word among the answers (own words / shared words), and the space's "
        "three best.",
        _analogy_table(similarities),
        "## Do the spaces agree about neighbours?",
        f"Share of neighbours in common (Jaccard: 1 the same words, 0 none). First the mean over "
        f"the {OVERLAP_WORDS:,} most frequent shared words, each with its nearest among them; "
        "then each probe word with its nearest among all shared words.",
        _overlap_table(similarities),
        "## Analogies by section",
        "Share answered, and in brackets the questions asked, of each space's own words.",
        _section_table(similarities),
    ]
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, in a table too."""
    return re.sub(r"[\\`*\[\]<>|#~&]|\b_|_\b", r"\\\g<0>", text)


def _how_to_read(similarities: Similarities) -> str:
    answers = [*similarities.own.values(), *similarities.shared.values()]
    return HOW_TO_READ.format(
        own=", ".join(f"{escaped(name)} {own.words:,}" for name, own in similarities.own.items()),
        shared=f"{answers[-1].words:,}",
        questions=similarities.questions,
        words=max(answer.scores["sentiment_words"] or 0 for answer in answers),
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    alignment = ["left", *["right"] * (len(header) - 1)]
    return tabulate(
        rows, [escaped(name) for name in header], "pipe", disable_numparse=True, colalign=alignment
    )


def _score_table(similarities: Similarities) -> str:
    sides = [
        *((f"{name}, own", answers) for name, answers in similarities.own.items()),
        *((f"{name}, shared", answers) for name, answers in similarities.shared.items()),
    ]
    rows = [
        ["Words searched", *(f"{answers.words:,}" for _, answers in sides)],
        *(
            [title, *(_score(answers, score) for _, answers in sides)]
            for score, title in TITLES.items()
        ),
    ]
    return _table(["", *(label for label, _ in sides)], rows)


def _score(answers: Answers, score: str) -> str:
    """One figure, and in brackets of how many it is made where the guide does not say."""
    value = answers.scores[score]
    shown = (
        "too few words" if value is None else f"{value:.1%}" if score in SHARES else f"{value:.3f}"
    )
    if score.startswith("sentiment"):
        return shown
    return f"{shown} ({answers.scores[ASKED[score]]:,})"


def _neighbor_tables(similarities: Similarities) -> list[str]:
    """For each probe word a heading and a table, one column a space."""
    spaces = similarities.own.values()
    words = list(dict.fromkeys(word for answers in spaces for word in answers.neighbors))
    parts = []
    for word in words:
        header = [f"{name}{_as_form(word, answers)}" for name, answers in similarities.own.items()]
        lists = [answers.neighbors[word] or [] for answers in spaces]
        rows = [
            [str(place + 1), *(_neighbor(found, place) for found in lists)]
            for place in range(max(map(len, lists)))
        ]
        parts += [f"### {escaped(word)}", _table(["", *header], rows)]
    return parts


def _as_form(word: str, answers: Answers) -> str:
    """How the space was asked for the word, where that is not obvious."""
    form = answers.forms[word]
    if form is None:
        return f" ({ABSENT})"
    return "" if form == word else f" (as {form})"


def _neighbor(found: Sequence[Neighbor], place: int) -> str:
    if place >= len(found):
        return ""
    word, cosine = found[place]
    return f"{escaped(word)} {cosine:.3f}"


def _pair_table(similarities: Similarities) -> str:
    rows = []
    for pair in next(iter(similarities.own.values())).pairs:
        found = [answers.pairs[pair] for answers in similarities.own.values()]
        cells = [f"{near.cosine:.3f} ({near.rank:,})" if near else ABSENT for near in found]
        rows.append([" – ".join(map(escaped, pair)), *cells])
    return _table(["", *similarities.own], rows)


def _analogy_table(similarities: Similarities) -> str:
    rows = []
    for question in next(iter(similarities.own.values())).analogies:
        a, b, c, expected = map(escaped, question)
        cells = []
        for name, own in similarities.own.items():
            solution, shared = (
                own.analogies[question],
                similarities.shared[name].analogies[question],
            )
            ranks = " / ".join(f"{each.rank:,}" if each else ABSENT for each in (solution, shared))
            best = solution.answers[:3] if solution else []
            answers = ", ".join(escaped(word) for word, _ in best)
            cells.append(f"{ranks}: {answers}" if answers else ranks)
        rows.append([f"{a} → {b}, {c} → {expected}?", *cells])
    return _table(["", *similarities.own], rows)


def _overlap_table(similarities: Similarities) -> str:
    couples = similarities.overlap
    if not couples:
        return "Only one space was compared."
    rows = [["all", *(ABSENT if value is None else f"{value:.3f}" for value in couples.values())]]
    for word in next(iter(similarities.shared.values())).neighbors:
        cells = []
        for couple in couples:
            lists = [similarities.shared[name].neighbors[word] for name in couple]
            sets = [[other for other, _ in found] for found in lists if found is not None]
            cells.append(f"{jaccard(*sets):.3f}" if len(sets) == 2 else ABSENT)
        rows.append([escaped(word), *cells])
    return _table(["", *(" – ".join(couple) for couple in couples)], rows)


def _section_table(similarities: Similarities) -> str:
    columns = [answers.sections for answers in similarities.own.values()]
    rows = [
        [escaped(sections[0][0]), *(_section(correct, asked) for _, correct, asked in sections)]
        for sections in zip(*columns, strict=True)
    ]
    return _table(["", *similarities.own], rows)


def _section(correct: int, asked: int) -> str:
    return f"{correct / asked:.1%} ({asked:,})" if asked else "none asked"
