"""What the answers of the spaces come to, in sentences made of the figures."""

from collections.abc import Mapping, Sequence

from reelvec.base.statistics import holm
from reelvec.spaces.answers import Answers, Question, Similarities
from reelvec.spaces.intervals import SIGNIFICANT
from reelvec.spaces.leads import Lead

TITLES = {"wordsim353": "WordSim-353", "simlex999": "SimLex-999"}


def findings(similarities: Similarities) -> list[str]:
    """Sentences for people: analogies, people's judgements, sentiment, each with its figures."""
    questions = next(iter(similarities.own.values())).analogies
    return [
        *(line for question in questions for line in _analogy(question, similarities)),
        *_accuracy(similarities),
        *(line for name in TITLES for line in _judgement(name, similarities)),
        *_sentiment(similarities),
    ]


def _analogy(question: Question, similarities: Similarities) -> list[str]:
    """Who answers one question, among the shared words and among each space's own."""
    a, b, c, expected = question
    asked = f"{b} − {a} + {c}"
    shared, own = (
        {
            name: solution.rank
            for name, each in sides.items()
            if (solution := each.analogies[question])
        }
        for sides in (similarities.shared, similarities.own)
    )
    if not shared:
        return [f"{asked}: the spaces do not share these words."]
    first = [name for name, rank in shared.items() if rank == 1]
    answered = f"answered with {expected} by {_listed(first)}" if first else "answered by no space"
    words = next(iter(similarities.shared.values())).words
    sentence = f"{asked}, among the {words:,} shared words: {answered}"
    others = {name: rank for name, rank in shared.items() if rank > 1}
    if others:
        sentence += f"; {expected} is {_ranks(others)}"
    own_first = [name for name, rank in own.items() if rank == 1]
    by = "the same" if first and set(own_first) == set(first) else _listed(own_first) or "no space"
    sentence += f". When each searches its own words: by {by}"
    changed = {name: rank for name, rank in own.items() if rank > 1 and name in first}
    return [f"{sentence}{f'; {expected} is {_ranks(changed)}' if changed else ''}."]


def _ranks(ranks: Mapping[str, int]) -> str:
    """The names by rising rank."""
    ordered = sorted(ranks.items(), key=lambda item: item[1])
    return ", ".join(f"number {rank:,} in {name}" for name, rank in ordered)


def _accuracy(similarities: Similarities) -> list[str]:
    known = _known("analogies_accuracy", similarities.shared)
    if not known:
        return []
    asked = next(iter(known.values())).scores["analogies_asked"]
    shown = [f"{name} {_interval(each, 'analogies_accuracy')}" for name, each in known.items()]
    return [
        f"Of the {asked:,} analogy questions whose words all spaces share, answered right: "
        f"{', '.join(shown)}."
    ]


def _judgement(judgement: str, similarities: Similarities) -> list[str]:
    """Which space agrees best with people, and which surely less."""
    score = f"{judgement}_spearman"
    known = _known(score, similarities.shared)
    if not known:
        return []
    best, *others = known
    pairs = known[best].scores[f"{judgement}_pairs"]
    sentence = (
        f"{TITLES[judgement]}, the {pairs:,} pairs that all spaces know: the highest Spearman "
        f"correlation is that of {best}, {_interval(known[best], score)}."
    )
    compared = [lead for lead in similarities.leads if lead.judgement == judgement]
    leads = {
        lead.second: lead
        for lead in (each.of(best) for each in compared if best in (each.first, each.second))
    }
    ordered = [leads[name] for name in others if name in leads]
    for start, sure in (("Surely lower", True), ("Not surely lower", False)):
        shown = [_by(lead) for lead in ordered if lead.is_sure == sure]
        sentence += f" {start}: {', '.join(shown)}." if shown else ""
    return [sentence]


def _by(lead: Lead) -> str:
    return f"{lead.second} by {lead.difference:.3f} ({lead.low:.3f} to {lead.high:.3f})"


def _sentiment(similarities: Similarities) -> list[str]:
    known = _known("sentiment_separation", similarities.shared)
    if not known:
        return []
    words = next(iter(known.values())).scores["sentiment_words"]
    p_values = holm([each.scores["sentiment_p_value"] or 1.0 for each in known.values()])
    apart = [name for name, p in zip(known, p_values, strict=True) if p < SIGNIFICANT]
    mixed = [name for name in known if name not in apart]
    sentence = f"Words of praise and words of blame, {words} in all"
    for start, names in (("surely apart", apart), ("not surely apart", mixed)):
        if names:
            shown = [f"{name} {known[name].scores['sentiment_separation']:.3f}" for name in names]
            sentence += f"; {start} in {', '.join(shown)}"
    nearest = [f"{name} {_interval(each, 'sentiment_nearest')}" for name, each in known.items()]
    return [
        f"{sentence} (mean cosine within a kind less across).",
        f"The nearest of these {words} words is of the same kind: {', '.join(nearest)}.",
    ]


def _known(score: str, sides: Mapping[str, Answers]) -> dict[str, Answers]:
    """The spaces that have a score, by falling score."""
    scored = {name: each for name, each in sides.items() if each.scores[score] is not None}
    return dict(sorted(scored.items(), key=lambda item: -(item[1].scores[score] or 0)))


def _interval(answers: Answers, score: str) -> str:
    """A figure with its interval, a share in percent."""
    form = ".3f" if score.endswith("_spearman") else ".1%"
    value, low, high = (answers.scores[name] for name in (score, f"{score}_low", f"{score}_high"))
    return f"{value:{form}} ({low:{form}} to {high:{form}})"


def _listed(names: Sequence[str]) -> str:
    """a, b and c."""
    *others, last = names or [""]
    return f"{', '.join(others)} and {last}" if others else last
