"""A review's sentences, by a simple rule: good enough to ask how models do on short texts."""

import re

BREAK = re.compile(r"<br\s*/?>|\n", re.IGNORECASE)

END = re.compile(r"(?<=[.!?…])[\"'’”)\]]*\s+(?![a-z\s])")
"""White space behind an end mark, or behind the quotes and brackets that close after it; what
begins with a small letter goes on with the sentence."""

ABBREVIATED = re.compile(r"(?:^|[\s(\"'“‘])(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|etc|No|Vol)\.$")
"""What a full stop ends without ending a sentence: an initial, or one of these."""

LONGEST_ABBREVIATION = 8
"""Letters to look back for one: a start of the look for every end would take quadratic time."""

WORD = re.compile(r"[^\W_]")


def sentences_of(text: str) -> list[str]:
    """The sentences of a review, in order; a line break ends one too.

    A rule and no model: it takes linear time, and is wrong where a writer uses no full stops or
    ends a sentence in an abbreviation. What has no letter and no digit (a row of stars) is none.

    Args:
        text: raw, as in the archive.
    """
    return [
        sentence
        for line in BREAK.split(text)
        for sentence in map(str.strip, _sentences_of_line(line))
        if WORD.search(sentence)
    ]


def _sentences_of_line(line: str) -> list[str]:
    sentences, start = [], 0
    for end in END.finditer(line):
        before = line[max(start, end.start() - LONGEST_ABBREVIATION) : end.start()]
        if ABBREVIATED.search(before):
            continue
        sentences.append(line[start : end.end()])
        start = end.end()
    return [*sentences, line[start:]]
