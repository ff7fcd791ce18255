"""Word vectors trained by gensim: word2vec (Mikolov et al. 2013), fastText (Bojanowski 2017)."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.word_vectors import WordVectorsParams
from reelvec.models.word_vectors import Subwords, WordVectors
from reelvec.text.ragged import Ragged
from reelvec.text.vocabulary import UNKNOWN

if TYPE_CHECKING:
    from gensim.models import Word2Vec

Sentences = list[list[str]]


def train_word_vectors(
    params: WordVectorsParams, tokens: list[str], parts: Sequence[Ragged]
) -> WordVectors:
    """Train word vectors with negative sampling.

    One worker, so that the same reviews give the same vectors; each review is one sentence, its
    unknown words left out.

    Args:
        params: algorithm and settings.
        tokens: the vocabulary by id.
        parts: reviews as vocabulary ids; labels play no part.

    Returns:
        words by falling count, float32 vectors (words, dimension), and subwords for fastText.

    Raises:
        ReelvecError: no word is frequent enough.
    """
    from gensim.models import FastText, Word2Vec

    sentences = [sentence for part in parts for sentence in _sentences(tokens, part)]
    settings = {
        "vector_size": params.dimension,
        "sg": int(params.skip_gram),
        "window": params.window,
        "negative": params.negative,
        "min_count": params.min_count,
        "sample": params.subsampling,
        "seed": params.seed,
        "workers": 1,
    }
    if params.algorithm == "fasttext":
        letters = {"min_n": params.min_letters, "max_n": params.max_letters}
        model = FastText(**settings, **letters, bucket=params.buckets)
    else:
        model = Word2Vec(**settings)
    model.build_vocab(sentences)
    if not len(model.wv):
        raise ReelvecError(
            f"no word occurs {params.min_count} times in {len(sentences):,} reviews; lower "
            "word_vectors' min_count"
        )
    _fit(model, sentences, params)
    subwords = None
    if params.algorithm == "fasttext":
        subwords = Subwords(model.wv.vectors_ngrams, params.min_letters, params.max_letters)
    return WordVectors(list(model.wv.index_to_key), model.wv.vectors, subwords)


def _fit(model: "Word2Vec", sentences: Sentences, params: WordVectorsParams) -> None:
    """Train for all epochs, a progress bar's step for each."""
    reviews = len(sentences)
    with tqdm(total=reviews * params.epochs, unit="review", leave=False, disable=None) as bar:

        class Told:
            """Sentences that tell the bar how far they have been read."""

            def __iter__(self):  # type: ignore[no-untyped-def]
                for start in range(0, reviews, 1000):
                    yield from sentences[start : start + 1000]
                    bar.update(min(1000, reviews - start))

        model.train(Told(), total_examples=reviews, epochs=params.epochs)


def _sentences(tokens: list[str], reviews: Ragged) -> Sentences:
    """The words of each review as gensim takes them."""
    known = reviews.keep(reviews.ids > UNKNOWN)
    words = np.array(tokens, object)[known.ids]
    ends = known.offsets.tolist()
    return [words[start:end].tolist() for start, end in pairwise(ends)]
