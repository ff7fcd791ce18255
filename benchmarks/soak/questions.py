"""What clients ask: requests of all sizes and kinds, each with the answer that is right."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reelvec.base.schema.serving import ServingParams
from reelvec.models.logits import label_of, probabilities_of
from reelvec.models.model import Model

JSON, CSV = "application/json", "text/csv"
NEW = "zqxnewword"
"""Stands for a word that no model knows: each request has another one in its place."""

WORDS = (
    *("the", "a", "of", "and", "is", "was", "not", "never", "don't", "can't", "isn't", "1999"),
    *("film", "movie", "plot", "actor", "scene", "well-made", "10/10", "<br />", "&amp;", "café"),
    *("good", "bad", "great", "awful", "wonderful", "dull", "best", "worst", "boring", "naïve"),
)
ODD = (
    *("🎬👍🏽", "\u202egood", "\0", "👩\u200d👧", "映画", "<" * 50, "'" * 50, "ﬁne İstanbul ½"),
    NEW,
)
CLOSE = 1e-6
"""How near the probability of an answer is to the model's own."""


@dataclass(frozen=True, slots=True)
class Question:
    """One request, and what is right to be answered.

    Attributes:
        body: what is sent; NEW in it may become another word.
        content_type: what kind of body it is.
        answers: label and probability of each review; None where the request is to be refused.
        short: whether it is a single review of a few words.
    """

    body: bytes
    content_type: str
    answers: Sequence[tuple[str, float]] | None
    short: bool = False

    def is_right(self, status: int, body: bytes) -> bool:
        """Whether an answer is that of the model, or a refusal in one line."""
        try:
            answer = json.loads(body)
            if self.answers is None:
                return 400 <= status < 500 and "\n" not in body.decode() and "message" in answer
            return status == 200 and self._are_right(answer["predictions"])
        except (ValueError, KeyError, TypeError):
            return False

    def _are_right(self, found: Sequence[dict[str, Any]]) -> bool:
        wanted = self.answers or []
        return len(found) == len(wanted) and all(
            each["label"] == label and abs(each["probability"] - probability) < CLOSE
            for each, (label, probability) in zip(found, wanted, strict=True)
        )


def questions(model: Model, limits: ServingParams, generator: random.Random) -> list[Question]:
    """Requests to draw from, all kinds among them.

    Args:
        model: the one that is served.
        limits: how much it takes in one request.
        generator: of the texts.
    """
    return [_known(model, texts, kind) for texts, kind in _texts(generator)] + [
        Question(body, JSON, None) for body in _refused(limits)
    ]


def _texts(generator: random.Random) -> Iterator[tuple[list[str], str]]:
    def text(words: int) -> str:
        drawn = generator.choices(WORDS, k=words)
        drawn[generator.randrange(words)] = NEW
        return " ".join(drawn)

    for _ in range(60):
        yield [text(generator.randint(2, 20))], JSON
    for _ in range(30):
        yield [text(generator.randint(20, 400)) for _ in range(generator.randint(1, 20))], JSON
    for _ in range(6):
        yield [text(generator.randint(20, 200)) for _ in range(200)], JSON
    for _ in range(4):
        yield [text(generator.randint(5_000, 20_000))], JSON
    for _ in range(10):
        yield [text(generator.randint(2, 40)) for _ in range(generator.randint(1, 9))], CSV
    for odd in ODD:
        yield [odd, f"{text(9)} {odd}{odd}"], JSON


def _known(model: Model, texts: Sequence[str], content_type: str) -> Question:
    probabilities = probabilities_of(model.logits(texts)).tolist()
    answers = [(label_of(each, model.labels), each) for each in probabilities]
    short = len(texts) == 1 and len(texts[0]) < 200
    return Question(_written(texts, content_type), content_type, answers, short)


def _written(texts: Sequence[str], content_type: str) -> bytes:
    if content_type == CSV:
        cells = ('"{}"\n'.format(text.replace('"', '""')) for text in texts)
        return f"text\n{''.join(cells)}".encode()
    records = [{"text": text} for text in texts]
    return json.dumps({"dataframe_records": records}, ensure_ascii=False).encode()


def _refused(limits: ServingParams) -> Iterator[bytes]:
    good = _written([f"a good film {NEW}"], JSON)
    yield good[:-9]
    yield good.replace(b"good", b"\xff\xfe\xc3")
    yield good.replace(b"good", b"\\ud83d")
    yield b'{"dataframe_records": [{"text": null}, {"text": 5}]}'
    yield b'{"dataframe_records": [{"review": "good"}]}'
    yield _written([""] * (limits.max_reviews + 1), JSON)


def with_new_words(body: bytes, word: Callable[[], str]) -> bytes:
    """The body with another word for each that stands for a new one."""
    first, *others = body.split(NEW.encode())
    return first + b"".join(word().encode() + other for other in others)


def new_word(generator: random.Random) -> str:
    """A word that no model knows and that hardly anybody has used before."""
    return "zqx" + "".join(generator.choices("abcdefghijklmnopqrstuvwxyz", k=8))


def unheard_of(generator: random.Random, words: int) -> bytes:
    """A request of words that fill what a server remembers."""
    return _written([" ".join(new_word(generator) for _ in range(words))], JSON)
