"""`make bench-scale`: more and more reviews through fetch, preprocess, vocabulary and one epoch.

Reviews are made of real sentences of reviews of the same label, drawn by a seed: as many in each as
real ones have. So words are as frequent as they are, and a lexicon grows more slowly than it would
with as many real reviews, which bring new words along.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter

from benchmarks.measure import NOTHING
from benchmarks.small import keep
from reelvec.base.errors import ReelvecError, shown_to_people
from reelvec.base.project.files import read_json, remove, write_json, write_text
from reelvec.base.project.paths import GLOVE_VECTORS, IMDB_METRICS, REVIEWS
from reelvec.base.project.provenance import data_line
from reelvec.cli.workspace import environment, make_workspace, merge_params
from reelvec.evaluation.sentences import sentences_of
from reelvec.evaluation.tables import markdown_table
from reelvec.report.figures.style import COLORS, DASHES, empty_figure, house_style, save_figure

SIZES = (100_000, 1_000_000, 10_000_000)
BLOCK = 50_000
"""Reviews in a file."""

SEED, TEST_SHARE = 123, 0.1
FIGURES = Path("benchmarks/scale.json")
PAGE, PICTURE = Path("benchmarks/scale.md"), Path("benchmarks/scale")
STAGES = {
    "fetch_imdb": ("stages/fetch_imdb.py",),
    "preprocess": ("stages/preprocess.py",),
    "build_vocab": ("stages/build_vocab.py",),
    "train, one epoch": ("stages/train.py", "scratch"),
}
CHANGES: dict[str, Any] = {
    "imdb": {"source": "made", "content_sha256": None},
    "variants": {"scratch": {"epochs": 1, "refit": False}},
    "similarities": {"spaces": ["scratch"]},
    "export": {"spaces": ["scratch"], "models": ["scratch"]},
    "explorer": {"spaces": ["scratch"]},
    "visualization": {"spaces": ["scratch"]},
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What one stage took.

    Attributes:
        reviews: how many it was given.
        stage: its name.
        tokens: words of all reviews, as `fetch_imdb` counts them.
        seconds: of the whole process.
        memory: its peak, in bytes.
        disk: of what it wrote, in bytes.
    """

    reviews: int
    stage: str
    tokens: int
    seconds: float
    memory: int
    disk: int


class Sentences:
    """Real sentences by label, from which reviews of any number are made."""

    def __init__(self, reviews: Path) -> None:
        table = pq.read_table(reviews, columns=["split", "label", "text"])
        table = table.filter(pc.field("split") == "train")
        split = [sentences_of(text) or [text] for text in table["text"].to_pylist()]
        labels = table["label"].to_numpy()
        self.counts = np.array([len(sentences) for sentences in split])
        self.of_label = [
            pa.array([each for row in np.flatnonzero(labels == label) for each in split[row]])
            for label in (0, 1)
        ]

    def write(self, folder: Path, reviews: int) -> None:
        """Make so many reviews, half of them positive, in files of `BLOCK`."""
        for number, start in enumerate(range(0, reviews, BLOCK)):
            generator = np.random.default_rng([SEED, number])
            count = min(BLOCK, reviews - start)
            table = pa.concat_tables(
                self._some(generator, label, count // 2 + label * (count % 2)) for label in (0, 1)
            )
            pq.write_table(table, folder / f"{number:05}.parquet", compression="zstd")

    def _some(self, generator: np.random.Generator, label: int, count: int) -> pa.Table:
        lengths = generator.choice(self.counts, count)
        sentences = self.of_label[label]
        drawn = sentences.take(pa.array(generator.integers(0, len(sentences), lengths.sum())))
        offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32))
        texts = pc.binary_join(pa.ListArray.from_arrays(offsets, drawn), " ")
        split = np.where(generator.random(count) < TEST_SHARE, "test", "train")
        name = "positive" if label else "negative"
        return pa.table({"text": texts, "label": [name] * count, "split": split})


def measure(sentences: Sentences, reviews: int, workspace: Path) -> list[Measured]:
    """Put so many reviews through the stages, each a process of its own."""
    make_workspace(Path(), workspace, [])
    merge_params(workspace / "params.yaml", CHANGES)
    keep(workspace / "params.yaml", "variants", "scratch")
    for section in ("students", "ensembles", "baselines"):
        keep(workspace / "params.yaml", section)
    (workspace / "made").mkdir()
    sentences.write(workspace / "made", reviews)
    (workspace / GLOVE_VECTORS).parent.mkdir(parents=True)
    (workspace / GLOVE_VECTORS).symlink_to(GLOVE_VECTORS.resolve(), target_is_directory=True)
    found = []
    for stage, words in STAGES.items():
        before = disk_of(workspace / "data")
        seconds, memory = timed(workspace, words)
        written = disk_of(workspace / "data") - before
        tokens = read_json(workspace / IMDB_METRICS)["tokens"]["total"]
        found.append(Measured(reviews, stage, tokens, seconds, memory, written))
        remove(workspace / "made")  # by now `fetch_imdb` has read it, and it may be gigabytes
        print(f"{reviews:,} reviews, {stage}: {seconds:.1f} s, {memory / 1e9:.2f} GB", flush=True)
    return found


def timed(workspace: Path, words: Sequence[str]) -> tuple[float, int]:
    """Seconds and peak memory of a stage.

    Raises:
        ReelvecError: it failed.
    """
    log = workspace / "timed.jsonl"
    command = [sys.executable, str(Path("benchmarks/timed_python.py").resolve()), str(log), *words]
    done = subprocess.run(
        command,
        cwd=workspace,
        env={**environment(workspace), "MLFLOW_TRACKING_URI": "http://127.0.0.1:1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ReelvecError(f"{' '.join(words)}: {done.stderr.strip().splitlines()[-1:]}")
    measured = json.loads(log.read_text(encoding="utf-8").splitlines()[-1])
    return measured["seconds"], measured["bytes"]


def disk_of(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def scale_markdown(found: Sequence[Measured], data: str) -> str:
    """The table, and what the growth says of ten times as many."""
    header = ["Reviews", "Stage", "Tokens", "Seconds", "Tokens a second", "Peak memory", "Written"]
    rows = [
        [
            f"{each.reviews:,}",
            each.stage,
            f"{each.tokens / 1e6:,.0f} million",
            f"{each.seconds:,.1f}",
            f"{each.tokens / each.seconds / 1e6:.2f} million",
            f"{each.memory / 1e9:.2f} GB",
            f"{each.disk / 1e9:.2f} GB" if each.disk else NOTHING,
        ]
        for each in found
    ]
    parts = [
        data,
        "# How it grows",
        "Reviews made of these reviews' sentences, in files of 50,000, through the first stages; "
        "each stage is a process, and its seconds count all of it. `make bench-scale` measures it.",
        markdown_table([header, *rows]),
        *growth(found),
        f"![Seconds and peak memory by number of reviews]({PICTURE.name}.png)",
    ]
    return "\n\n".join(parts) + "\n"


def growth(found: Sequence[Measured]) -> list[str]:
    """Per stage, how seconds and memory grew from the smallest number to the largest."""
    lines = []
    for stage in dict.fromkeys(each.stage for each in found):
        of_stage = sorted((each for each in found if each.stage == stage), key=lambda e: e.reviews)
        first, last = of_stage[0], of_stage[-1]
        if first is last:
            return []
        cost = (last.seconds / last.tokens) / (first.seconds / first.tokens)
        lines.append(
            f"- {stage}: {last.reviews / first.reviews:g} times the reviews took "
            f"{last.seconds / first.seconds:.1f} times the seconds ({cost:.2f} a token) and "
            f"{last.memory / first.memory:.1f} times the memory"
        )
    return ["\n".join(lines)]


def draw(found: Sequence[Measured]) -> None:
    """Seconds, and peak memory, against the number of reviews, both logarithmic."""
    with house_style():
        figure = empty_figure(9.5, 3.4)
        axes = figure.subplots(1, 2)
        shown = ((axes[0], "seconds", "seconds", 1.0), (axes[1], "memory", "peak memory (GB)", 1e9))
        for axis, name, label, unit in shown:
            for stage, color, dashes in zip(STAGES, COLORS, DASHES, strict=False):
                of_stage = [each for each in found if each.stage == stage]
                values = [getattr(each, name) / unit for each in of_stage]
                sizes = [each.reviews for each in of_stage]
                axis.plot(sizes, values, marker="o", color=color, linestyle=dashes, label=stage)
            axis.set(xscale="log", yscale="log", xlabel="reviews", ylabel=label)
            axis.xaxis.set_major_locator(FixedLocator([*dict.fromkeys(e.reviews for e in found)]))
            axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            for each in (axis.xaxis, axis.yaxis):
                each.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
                each.set_minor_formatter(NullFormatter())
        axes[1].legend(loc="upper left", bbox_to_anchor=(1, 1))
        figure.tight_layout()
    save_figure(figure, PICTURE)


def main() -> None:
    """Measure all sizes, each kept as soon as it is measured, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--reviews", type=int, nargs="+", default=SIZES)
    sizes = parser.parse_args().reviews
    sentences = Sentences(REVIEWS)
    kept = [Measured(**each) for each in read_json(FIGURES)] if FIGURES.exists() else []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            measured = measure(sentences, size, Path(folder) / "workspace")
        kept = sorted(
            [*(each for each in kept if each.reviews != size), *measured],
            key=lambda each: each.reviews,
        )
        write_json(FIGURES, [asdict(each) for each in kept])
    write_text(PAGE, scale_markdown(kept, data_line()))
    draw(kept)
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    with shown_to_people():
        main()
