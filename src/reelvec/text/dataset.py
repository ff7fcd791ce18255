"""One part of the data (train, valid, test or unsup) as the models read it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reelvec.base.errors import ReelvecError
from reelvec.base.messages import run_again
from reelvec.base.project.files import replacing, save_array
from reelvec.text.ragged import Ragged
from reelvec.text.rows_on_disk import collected


@dataclass(frozen=True, slots=True)
class Dataset:
    """Encoded reviews and what is known of each.

    Attributes:
        reviews: vocabulary ids, one row a review.
        labels: int8 (reviews,), 1 positive and 0 negative; None for unlabelled reviews.
        review_ids: int32 (reviews,), the number in the review's file name.
        films: int32 (reviews,), the number of the film that each is of; -1 where nobody knows;
            None for reviews of which it was never asked.
        beliefs: float32 (reviews,), P(positive) as a teacher sees it, where the labels are its;
            what a network learns in their place. Not kept on disk.
    """

    reviews: Ragged
    labels: NDArray[np.int8] | None
    review_ids: NDArray[np.int32]
    films: NDArray[np.int32] | None = None
    beliefs: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.reviews)

    @property
    def targets(self) -> NDArray[np.int8]:
        """The labels.

        Raises:
            ReelvecError: the reviews are unlabelled.
        """
        if self.labels is None:
            raise ReelvecError("these reviews have no labels: nothing can be trained or tested")
        return self.labels

    @property
    def learned(self) -> NDArray[np.float32]:
        """What a network is to say of each review: beliefs where there are any, or labels.

        Raises:
            ReelvecError: the reviews are unlabelled.
        """
        return self.targets.astype(np.float32) if self.beliefs is None else self.beliefs

    def believed(self, probabilities: NDArray[np.floating]) -> "Dataset":
        """The same reviews as a teacher sees them, who gives them these P(positive)."""
        beliefs = probabilities.astype(np.float32)
        return replace(self, labels=(beliefs > 0.5).astype(np.int8), beliefs=beliefs)

    def take(self, rows: NDArray[np.integer]) -> "Dataset":
        """The given reviews in the given order."""
        labels = None if self.labels is None else self.labels[rows]
        films = None if self.films is None else self.films[rows]
        beliefs = None if self.beliefs is None else self.beliefs[rows]
        return Dataset(self.reviews.take(rows), labels, self.review_ids[rows], films, beliefs)

    def followed_by(self, other: "Dataset") -> "Dataset":
        """All reviews of this, then all of the other; both have labels."""
        known = self.films is not None and other.films is not None
        taught = self.beliefs is not None or other.beliefs is not None
        return Dataset(
            collected(
                chain(self.reviews.blocks(), other.reviews.blocks()),
                len(self.reviews.ids) + len(other.reviews.ids),
            ),
            np.concatenate([self.targets, other.targets]),
            np.concatenate([self.review_ids, other.review_ids]),
            np.concatenate([self.films, other.films]) if known else None,
            np.concatenate([self.learned, other.learned]) if taught else None,
        )

    def save(self, folder: Path) -> None:
        """Write the arrays into a folder of their own, replacing what was there."""
        facts = {"labels": self.labels, "review_ids": self.review_ids, "films": self.films}
        known = ((name, values) for name, values in facts.items() if values is not None)
        save_part(folder, self.reviews.save, known)

    @classmethod
    def load(cls, folder: Path) -> "Dataset":
        """Read what `save` wrote.

        Raises:
            ReelvecError: a file is missing or the lengths differ.
        """
        reviews = Ragged.load(folder)
        # Memory-mapped: a training looks at no other of them than the labels.
        review_ids = np.load(folder / "review_ids.npy", mmap_mode="r")
        files = [folder / f"{name}.npy" for name in ("labels", "films")]
        labels, films = (np.load(file, mmap_mode="r") if file.exists() else None for file in files)
        for values in (review_ids, labels, films):
            if values is not None and len(values) != len(reviews):
                raise ReelvecError(f"{folder}: the arrays differ in length; {run_again()}")
        return cls(reviews, labels, review_ids, films)


def save_part(
    folder: Path,
    save_reviews: Callable[[Path], None],
    facts: Iterable[tuple[str, NDArray[np.integer]]],
) -> None:
    """Write a part as `Dataset.save` does, while only one of its arrays is there.

    Args:
        folder: where to, replacing what was there.
        save_reviews: writes the reviews into an existing folder as `Ragged.save` does.
        facts: the name and the values of each other array.
    """
    with replacing(folder) as temporary:
        temporary.mkdir()
        save_reviews(temporary)
        for name, values in facts:
            save_array(temporary / f"{name}.npy", values)
