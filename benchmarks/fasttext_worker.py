"""fastText's own classifier: `fasttext_worker.py TRAIN TEST NGRAMS`, a program of its own."""

import json
import sys
import time

import fasttext


def main() -> None:
    """Train, test, and print seconds of training and accuracy as JSON."""
    train, test, ngrams = sys.argv[1], sys.argv[2], int(sys.argv[3])
    start = time.perf_counter()
    model = fasttext.train_supervised(
        train,
        wordNgrams=ngrams,
        thread=2,
        epoch=5,
        lr=0.5,
        dim=10,
        verbose=0,
    )
    seconds = time.perf_counter() - start
    print(json.dumps({"train_seconds": seconds, "accuracy": model.test(test)[1]}))


if __name__ == "__main__":
    main()
