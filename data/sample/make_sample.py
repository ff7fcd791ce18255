"""Make the bundled sample: generated film reviews, and word vectors from their unlabelled part.

    python data/sample/make_sample.py [FOLDER]

Nothing here comes from IMDb or GloVe; only the layouts of the files are theirs. Same bytes on
every run.
"""

import argparse
import gzip
import hashlib
import io
import random
import re
import sys
import tarfile
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.linalg import svds

sys.path.insert(0, str(Path(__file__).parent))
import lexicon as words

SEED = 20261120
SIZES = {"train": 1000, "test": 500}
UNLABELLED = 2000
OFF_POLARITY = 0.08
DIMENSION = 50
WINDOW = 5
MIN_COUNT = 3
FILMS = {"train": range(1, 301), "test": range(301, 451)}
"""Numbers of made-up films; none has reviews in both parts."""
ARCHIVE = "aclImdb_v1.tar.gz"
VECTORS = "glove.sample.50d.txt.gz"
A_BEFORE_VOWEL = re.compile(r"\b([Aa])(?= [aeio])")
NOTE = "Generated sample data of the reelvec project. These reviews are not from IMDb.\n"


class Writer:
    """Writes reviews, one random choice after another."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def pick(self, choices: list[str]) -> str:
        """A word, the first ones of its list more often: real words are unevenly common."""
        return choices[int(len(choices) * self.random.random() ** 1.6)]

    def title(self) -> str:
        return f"{self.pick(words.TITLE_FIRST)} {self.pick(words.TITLE_SECOND)}"

    def person(self) -> tuple[str, str, str]:
        """A name, a role and a pronoun that agree."""
        surname = self.pick(words.SURNAMES)
        if self.random.random() < 0.5:
            return f"{self.pick(words.MEN)} {surname}", self.pick(words.MALE_ROLES), "he"
        return f"{self.pick(words.WOMEN)} {surname}", self.pick(words.FEMALE_ROLES), "she"

    def rare(self) -> str:
        """A made-up place: the long tail of a vocabulary."""
        return (
            self.random.choice(words.RARE_STEMS) + self.random.choice(words.RARE_ENDS)
        ).capitalize()

    def neutral(self) -> str:
        """A sentence about the plot."""
        name, role, pronoun = self.person()
        country = self.pick(list(words.CAPITALS))
        capital = words.CAPITALS[country]
        thing, other, job = (
            self.pick(words.OBJECTS),
            self.pick(words.OBJECTS),
            self.pick(words.JOBS),
        )
        deed, genre = self.pick(words.DEEDS), self.pick(words.GENRES)
        possessive = "his" if pronoun == "he" else "her"
        event, setting = self.pick(words.EVENTS), self.pick(words.SETTINGS)
        manner, feeling = self.pick(words.MANNERS), self.pick(words.FEELINGS)
        return self.random.choice(
            [
                f"{name} plays a {role} who {deed} a {thing} in {capital}.",
                f"The {genre} is set in {capital}, the capital of {country}, near {self.rare()}.",
                f"A {job} {deed} the {thing}, and the {role} must choose what {pronoun} wants.",
                f"It's a {genre} about a {job} and a {role} in {country}.",
                f"I saw it at a {self.pick(words.VENUES)} in {self.rare()} with my family.",
                f"The {role} {deed} {possessive} {thing} and meets a {job} from {country}.",
                f"The {role} and the {job} travel from {capital} to a {other} in {self.rare()}.",
                f"There is a {thing}, a {other} &amp; a long {event} in it.",
                f"As the {role}, {name} says that {pronoun} is only a {job}.",
                f"After the {event}, the {role} {manner} leaves the {setting} {other}.",
                f"It's a tale of {feeling} and {self.pick(words.FEELINGS)} in a {setting} town.",
                f"{name} {manner} {deed} the {thing} before the {event} in {self.rare()}.",
                f"The {event} changes everything: the {job} must find {feeling} in {capital}.",
                f"A {setting} {other}, a {event}, and a {job} who {manner} {deed} a {thing}.",
            ]
        )

    def opinion(self, positive: bool) -> str:
        """A sentence of praise or blame; some say it by denying the opposite."""
        mine, yours = (words.PRAISE, words.BLAME) if positive else (words.BLAME, words.PRAISE)
        verb = self.pick(words.PRAISE_VERBS if positive else words.BLAME_VERBS)
        good, second, opposite = self.pick(mine), self.pick(mine), self.pick(yours)
        craft, other = self.pick(words.CRAFTS), self.pick(words.CRAFTS)
        very = self.pick(words.INTENSIFIERS)
        choices = [
            f"The {craft} is {very} {good}.",
            f"The {craft} was {good} and the {other} {second}.",
            f"I {verb} the {craft}.",
            f"What a {good} {self.pick(words.GENRES)}!",
            f"The {craft} isn't {opposite}, it's {good}.",
            f"It's not {opposite} at all.",
            f"The {craft} may be {opposite}, but the {other} is {very} {good}.",
            f"{self.person()[0]} gives a {good} performance.",
            f"A {good}, {second} film with a {good} {craft}.",
            f"I didn't find the {craft} {opposite}.",
            f"{good.upper()}!!! The {craft} is {second}...",
            f"{very.capitalize()} {good}: the {craft}, the {other}, all of it {second}.",
            f"I {verb} every minute, and the {craft} is {good}.",
        ]
        closing = "Don't miss it." if positive else "Don't waste your time."
        return self.random.choice([*choices, closing])

    def aside(self, positive: bool) -> str:
        """What reviews hold besides: ratings, addresses, accents."""
        rating = self.random.choice([7, 8, 9, 10] if positive else [1, 2, 3, 4])
        return self.random.choice(
            [
                f"I give it {rating}/10.",
                f"See http://www.example.org/{self.pick(words.TITLE_SECOND).lower()} for more.",
                "A cliché, naïve as a postcard from a café.",
                "My friends said “maybe” and I said ‘well…’.",
                f"It reminded me of <i>{self.title()}</i>.",
            ]
        )

    def review(self, positive: bool) -> str:
        """A whole review: mostly of its polarity, never only."""
        sentences = [f"{self.title()} is a {self.pick(words.GENRES)}."]
        for _ in range(self.random.randint(4, 12)):
            kind = self.random.random()
            if kind < 0.45:
                sentences.append(self.neutral())
            elif kind < 0.5:
                sentences.append(self.aside(positive))
            else:
                off = self.random.random() < OFF_POLARITY
                sentences.append(self.opinion(positive != off))
            if self.random.random() < 0.12:
                sentences[-1] += "<br /><br />"
        return A_BEFORE_VOWEL.sub(r"\1n", " ".join(sentences))


def reviews() -> dict[str, str]:
    """All reviews by their path in the archive, with the few duplicates that real data has."""
    writer = Writer(SEED)
    made: dict[str, str] = {}
    for split, size in SIZES.items():
        for folder, ratings in (("neg", (1, 2, 3, 4)), ("pos", (7, 8, 9, 10))):
            for number in range(size):
                rating = writer.random.choice(ratings)
                made[f"{split}/{folder}/{number}_{rating}.txt"] = writer.review(folder == "pos")
    for number in range(UNLABELLED):
        made[f"train/unsup/{number}_0.txt"] = writer.review(writer.random.random() < 0.5)
    train, test = ([path for path in made if path.startswith(f"{s}/pos/")] for s in SIZES)
    made[train[1]] = made[train[0]]
    for number in range(3):
        made[test[number]] = made[train[10 + number]]
    return made


def addresses(made: dict[str, str]) -> dict[str, str]:
    """The files that say which film a review is of: a few reviews each, as in the real archive."""
    chosen = random.Random(SEED)
    listed: dict[str, str] = {}
    for folder in sorted({path.rpartition("/")[0] for path in made}):
        split, _, label = folder.partition("/")
        films = FILMS[split]
        count = sum(path.startswith(f"{folder}/") for path in made)
        lines = [
            f"http://www.imdb.com/title/tt{chosen.choice(films):07d}/usercomments"
            for _ in range(count)
        ]
        listed[f"{split}/urls_{label}.txt"] = "".join(f"{line}\n" for line in lines)
    return listed


def write_archive(made: dict[str, str], path: Path) -> None:
    """The official layout, with nothing in the headers that varies."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        everything = {**made, **addresses(made)}
        for name, text in [("README", NOTE), *sorted(everything.items())]:
            content = text.encode("utf-8")
            member = tarfile.TarInfo(f"aclImdb/{name}")
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))
    write_gzip(buffer.getvalue(), path)


def write_gzip(content: bytes, path: Path) -> None:
    """Compressed without a time or a name."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as stream:
        stream.write(content)


def vectors(texts: list[str]) -> str:
    """Vectors in GloVe's text format: positive pointwise mutual information, reduced by SVD.

    (Levy and Goldberg 2014 show that this is close to what GloVe and word2vec learn.)
    """
    tokens = [re.findall(r"[a-z]+", re.sub(r"<[^>]+>", " ", text.lower())) for text in texts]
    counts: dict[str, int] = {}
    for row in tokens:
        for token in row:
            counts[token] = counts.get(token, 0) + 1
    kept = sorted((w for w in counts if counts[w] >= MIN_COUNT), key=lambda w: (-counts[w], w))
    index = {word: number for number, word in enumerate(kept)}
    pairs: dict[tuple[int, int], float] = {}
    for row in tokens:
        ids = [index[token] for token in row if token in index]
        for here, first in enumerate(ids):
            for distance, second in enumerate(ids[here + 1 : here + 1 + WINDOW], 1):
                for pair in ((first, second), (second, first)):
                    pairs[pair] = pairs.get(pair, 0.0) + 1 / distance
    keys = np.array(sorted(pairs))
    values = np.array([pairs[tuple(key)] for key in keys.tolist()])
    sums = np.bincount(keys[:, 0], values, len(kept))
    mutual = np.log(values * values.sum() / (sums[keys[:, 0]] * sums[keys[:, 1]]))
    matrix = coo_array(
        (np.maximum(mutual, 0), (keys[:, 0], keys[:, 1])), (len(kept), len(kept))
    ).tocsr()
    left, strength, _ = svds(matrix, DIMENSION, v0=np.ones(len(kept)), solver="arpack")
    order = np.argsort(-strength)
    weight = left[:, order] * np.sqrt(strength[order])
    weight *= np.sign(weight[np.abs(weight).argmax(axis=0), np.arange(DIMENSION)])
    return "".join(
        f"{word} {' '.join(f'{value:.4f}' for value in row)}\n"
        for word, row in zip(kept, weight.tolist(), strict=True)
    )


def parameters(made: dict[str, str], text: str) -> str:
    """The lines of `params.yaml` that the sample changes."""
    listing = "".join(
        f"{hashlib.sha256(made[path].encode()).hexdigest()}  {path}\n" for path in sorted(made)
    )
    return f"""# What `make demo` changes in params.yaml; written by make_sample.py.
imdb:
  source: data/sample/{ARCHIVE}
  content_sha256: {hashlib.sha256(listing.encode()).hexdigest()}
glove:
  source: data/sample/{VECTORS}
  dimension: {DIMENSION}
  content_sha256: {hashlib.sha256(text.encode()).hexdigest()}
"""


def main(folder: Path) -> None:
    """Write the archive, the vectors and the parameters into a folder."""
    made = reviews()
    text = vectors([made[path] for path in sorted(made) if "/unsup/" in path])
    write_archive(made, folder / ARCHIVE)
    write_gzip(text.encode(), folder / VECTORS)
    (folder / "params.yaml").write_text(parameters(made, text), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path(__file__).parent)
    main(parser.parse_args().folder)
