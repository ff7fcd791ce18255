"""Train the Keras tutorial's model for one epoch for each line of the input.

A program of its own: it needs TensorFlow and numpy only, in whatever environment has them.
"""

import json
import sys
import time

import numpy as np
import tensorflow as tf


def main() -> None:
    """Answer each line with a line of JSON: seconds, loss and Keras's version.

    The reviews come in the order to be visited; the weights to begin with lie beside them.
    """
    arrays = np.load(sys.argv[1])
    data = tf.data.Dataset.from_tensor_slices((arrays["ids"], arrays["labels"]))
    data = data.batch(1024).cache().prefetch(tf.data.AUTOTUNE)
    model = tf.keras.Sequential(
        [
            tf.keras.layers.Embedding(10_000, 16),
            tf.keras.layers.GlobalAveragePooling1D(),
            tf.keras.layers.Dense(16, activation="relu"),
            tf.keras.layers.Dense(1),
        ]
    )
    model.build((None, arrays["ids"].shape[1]))
    model.set_weights([arrays[f"arr_{number}"] for number in range(len(model.weights))])
    loss = tf.keras.losses.BinaryCrossentropy(from_logits=True)
    # Keras adds 1e-7 before the correction of the first steps, torch 1e-8 after it.
    adam = tf.keras.optimizers.Adam(epsilon=1e-9)
    model.compile(optimizer=adam, loss=loss, metrics=["accuracy"])
    for _ in sys.stdin:
        start = time.perf_counter()
        history = model.fit(data, epochs=1, verbose=0)
        answer = {
            "seconds": time.perf_counter() - start,
            "loss": history.history["loss"][0],
            "version": tf.keras.__version__,
        }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
