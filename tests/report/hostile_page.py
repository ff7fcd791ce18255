"""A page with an explorer of words that would do harm if they could."""

from pathlib import Path

import numpy as np
from gensim.models import KeyedVectors
from test_page import page

from reelvec.base.schema.explorer import ExplorerParams
from reelvec.base.schema.whole import load_params
from reelvec.spaces.explorer_data import explorer_data
from reelvec.spaces.keyed_vectors import keyed_vectors
from reelvec.text.dataset import Dataset
from reelvec.text.ragged import Ragged
from reelvec.text.vocabulary import Vocabulary

EVIL = "<script>document.title='owned'</script><img src=x onerror=document.title='owned'>"
HOSTILE = [
    *(EVIL, "</script>", "<!--<script>", "</title><svg/onload=alert(1)>", "'\"`${x}{{y}}"),
    *("line\u2028end", "\u202etfel-ot-thgir\u202c", "👩\u200d👧", "w" * 10_000),
]
NAMED = ["wonderful", "awful", "king", "man", "woman", "queen", *HOSTILE]
COUNT = 10_500
RANDOM = np.random.default_rng(9)
WORDS = [*NAMED, *(f"word{number}" for number in range(COUNT - len(NAMED)))]


def make_spaces() -> dict[str, KeyedVectors]:
    """Two spaces, of which the second lacks the last 500 words."""
    return {"scratch": make_space(WORDS, 20), "glove": make_space(WORDS[:-500], 12)}


def make_space(words: list[str], dimension: int) -> KeyedVectors:
    vectors = RANDOM.normal(size=(len(words), dimension)).astype(np.float32)
    # As different in length as trained vectors are, and with a queen to be found.
    vectors *= RANDOM.uniform(0.5, 2, len(words))[:, None].astype(np.float32)
    row = {word: number for number, word in enumerate(words)}
    vectors[row["queen"]] = vectors[row["king"]] - vectors[row["man"]] + vectors[row["woman"]]
    return keyed_vectors(words, vectors)


def write_page(spaces: dict[str, KeyedVectors], folder: Path) -> str:
    """Write `index.html`; its address."""
    tokens = ["<pad>", "<unk>", *WORDS]
    counts = np.arange(len(tokens), 0, -1)
    reviews = Ragged(np.arange(2, len(tokens), dtype=np.int32), np.array([0, 5_000, len(WORDS)]))
    ids, targets = np.array([1, 2], np.int32), np.array([1, 0], np.int8)
    data = explorer_data(
        spaces,
        Vocabulary(tokens, counts, counts),
        Dataset(reviews, targets, ids),
        ExplorerParams(spaces=("scratch", "glove"), words=COUNT),
    )
    params = load_params(Path(__file__).parents[2] / "params.yaml")
    path = folder / "index.html"
    path.write_text(page(params, text=EVIL, explorer=data), encoding="utf-8")
    return path.as_uri()


def nearest(space: KeyedVectors, count: int, *positive: str, without: str = "") -> list[str]:
    found = space.most_similar(list(positive), [without] if without else [], topn=count)
    return [word for word, _ in found]
