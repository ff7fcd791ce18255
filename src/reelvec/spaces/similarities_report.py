"""What the spaces know, for people: `reports/similarities.md`."""

import re
from collections.abc import Mapping, Sequence

from tabulate import tabulate

from reelvec.spaces.answers import ASKED, Answers, Neighbor, Similarities
from reelvec.spaces.findings import findings
from reelvec.spaces.intervals import SIGNIFICANT
from reelvec.spaces.leads import DRAWS
from reelvec.spaces.measures import jaccard
from reelvec.spaces.similarities import OVERLAP_WORDS, analogy_questions

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
- **Intervals** ({confidence}) stand in brackets. Analogies: a bootstrap over the {pairs:,} pairs of
  words that make the questions, drawn within each section, and nowhere narrower than Wilson's.
  Correlations: Bonett and Wright's (2000), over pairs of words. Nearest word agrees: Wilson's. None
  says how a space trained with another seed or on other reviews would do.
- **Surely** lower: by a paired bootstrap over the pairs of words ({draws:,} draws),
  p < {significant} after Holm's correction (1979) for each two spaces and both judgements.
  Surely apart: by a permutation test of the separation, p < {significant} after Holm's correction
  for the number of spaces.
- Trained spaces are asked for a word as it is written in the reviews after preprocessing. GloVe is
  asked for the word as it stands, and for the processed form when it has no such word; among the
  shared words all are asked for the processed form."""


def similarities_markdown(
    similarities: Similarities, data: str, preface: Sequence[str] = ()
) -> str:
    """The report.

    Args:
        similarities: what the spaces answered.
        data: the line that says which reviews, put first.
        preface: paragraphs after the findings, Markdown.

    Returns:
        Markdown, ending in a line break.
    """
    parts = [
        data,
        "# What the embedding spaces know",
        "\n".join(f"- {escaped(line)}" for line in findings(similarities)),
        *preface,
        _how_to_read(similarities),
        "## Scores, of the shared words",
        _score_table(similarities.shared),
        "## Scores, of each space's own words",
        _score_table(similarities.own),
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
    asked = [question for section in analogy_questions() for question in section.questions]
    return HOW_TO_READ.format(
        own=", ".join(f"{escaped(name)} {own.words:,}" for name, own in similarities.own.items()),
        shared=f"{answers[-1].words:,}",
        questions=similarities.questions,
        pairs=len({pair for question in asked for pair in (question[:2], question[2:])}),
        confidence=f"{100 * similarities.confidence:.10g}%",
        draws=DRAWS,
        significant=SIGNIFICANT,
        words=max(answer.scores["sentiment_words"] or 0 for answer in answers),
    )


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table, the columns after the first to the right; `rows` are Markdown already."""
    alignment = ["left", *["right"] * (len(header) - 1)]
    return tabulate(
        rows, [escaped(name) for name in header], "pipe", disable_numparse=True, colalign=alignment
    )


def _score_table(sides: Mapping[str, Answers]) -> str:
    rows = [
        ["Words searched", *(f"{answers.words:,}" for answers in sides.values())],
        *(
            [title, *(_score(answers, score) for answers in sides.values())]
            for score, title in TITLES.items()
        ),
    ]
    return markdown_table(["", *sides], rows)


def _score(answers: Answers, score: str) -> str:
    """One figure, and in brackets its interval and of how many it is made."""
    value, low, high = (
        answers.scores.get(name) for name in (score, f"{score}_low", f"{score}_high")
    )
    form = ".1%" if score in SHARES else ".3f"
    shown = "too few words" if value is None else f"{value:{form}}"
    aside = [] if low is None else [f"{low:{form}} to {high:{form}}"]
    if not score.startswith("sentiment"):
        aside.append(f"of {answers.scores[ASKED[score]]:,}")
    return f"{shown} ({', '.join(aside)})" if aside else shown


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
        parts += [f"### {escaped(word)}", markdown_table(["", *header], rows)]
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
    return markdown_table(["", *similarities.own], rows)


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
    return markdown_table(["", *similarities.own], rows)


def _overlap_table(similarities: Similarities) -> str:
    if not similarities.overlap:
        return "Only one space was compared."
    probes = list(next(iter(similarities.shared.values())).neighbors)
    rows = []
    for couple, mean in similarities.overlap.items():
        cells = [ABSENT if mean is None else f"{mean:.3f}"]
        for word in probes:
            lists = [similarities.shared[name].neighbors[word] for name in couple]
            sets = [[other for other, _ in found] for found in lists if found is not None]
            cells.append(f"{jaccard(*sets):.3f}" if len(sets) == 2 else ABSENT)
        rows.append([escaped(" – ".join(couple)), *cells])
    return markdown_table(["", "all", *probes], rows)


def _section_table(similarities: Similarities) -> str:
    columns = [answers.sections for answers in similarities.own.values()]
    rows = [
        [escaped(sections[0][0]), *(_section(correct, asked) for _, correct, asked in sections)]
        for sections in zip(*columns, strict=True)
    ]
    return markdown_table(["", *similarities.own], rows)


def _section(correct: int, asked: int) -> str:
    return f"{correct / asked:.1%} ({asked:,})" if asked else "none asked"
