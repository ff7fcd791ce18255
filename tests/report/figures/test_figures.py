"""The pictures: the numbers behind them, what is written on them, and that they are repeatable."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.visualization import VisualizationParams
from reelvec.evaluation.predictions import Predictions
from reelvec.report.figures.label_placement import place_labels
from reelvec.report.figures.lengths import FIRST, LASTS, draw_lengths
from reelvec.report.figures.style import save_figure
from reelvec.report.figures.variants import draw_confusion, draw_learning_curves, draw_roc
from reelvec.report.figures.words import draw_words
from reelvec.spaces.keyed_vectors import keyed_vectors
from reelvec.spaces.word_map import WordMap, map_words, project, words_to_label
from reelvec.text.dataset import Dataset
from reelvec.text.ragged import Ragged, offsets_from_lengths
from reelvec.text.vocabulary import Vocabulary, document_counts

DATA = "SAMPLE DATA: $1, made up"


def a_word_map(words: int = 40, spaces: int = 2, seed: int = 0) -> WordMap:
    generator = np.random.default_rng(seed)
    shares = generator.uniform(0.1, 0.9, words)
    planes = {
        f"space_{number}": project(generator.normal(size=(words, 5)), shares)
        for number in range(spaces)
    }
    documents = np.sort(generator.integers(200, 9000, words))[::-1]
    names = [f"word{number}" for number in range(words)]
    return WordMap(["$cost$", *names[1:]], shares, documents, planes)


def some_curves(epochs: int = 6) -> dict[str, np.ndarray]:
    epoch = np.arange(1, epochs + 1, dtype=float)
    return {
        "epoch": epoch,
        "train_loss": 0.6 / epoch,
        "train_accuracy": 1 - 0.4 / epoch,
        "valid_loss": 0.3 + 0.02 * (epoch - 3) ** 2,
        "valid_accuracy": 0.9 - 0.02 * (epoch - 3) ** 2,
    }


def some_predictions(reviews: int = 200, seed: int = 0) -> Predictions:
    generator = np.random.default_rng(seed)
    labels = (np.arange(reviews) % 2).astype(np.int8)
    probabilities = np.clip(generator.normal(0.3 + 0.4 * labels, 0.3), 0, 1)
    return Predictions(np.arange(reviews, dtype=np.int32), labels, probabilities)


ROC = {"false_positive_rate": np.array([0, 0.1, 1.0]), "true_positive_rate": np.array([0, 0.8, 1])}


def all_figures() -> dict[str, Figure]:
    word_map = a_word_map()
    return {
        "words": draw_words(word_map, words_to_label(word_map, 20), DATA),
        "learning_curves": draw_learning_curves(
            {f"variant_{number}": some_curves(number + 1) for number in range(7)}, DATA
        ),
        "roc": draw_roc({"one": ROC, "two": ROC}, {"one": 0.9, "two": 0.95}, DATA),
        "confusion": draw_confusion({"one": some_predictions(), "two": some_predictions(9)}, DATA),
    }


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all figures as files."""
    folder = tmp_path_factory.mktemp("figures")
    for name, figure in all_figures().items():
        save_figure(figure, folder / name)
    return folder


def texts_of(figure: Figure) -> list[str]:
    found = figure.findobj(Text)
    return [text.get_text() for text in found if text.get_visible() and text.get_text()]


def test_every_picture_begins_with_the_data_line_and_stays_inside() -> None:
    for name, figure in all_figures().items():
        highest = max(figure.texts, key=lambda text: text.get_position()[1])
        assert highest.get_text() == DATA, name
        drawn = figure.get_tightbbox()
        assert drawn.x0 >= 0, name
        assert drawn.y0 >= 0, name
        assert drawn.x1 <= figure.get_figwidth(), name
        assert drawn.y1 <= figure.get_figheight(), name


def test_dollar_signs_of_words_stay_as_they_are() -> None:
    word_map = a_word_map()
    figure = draw_words(word_map, np.array([0, 1]), DATA)
    assert "$cost$" in texts_of(figure)
    assert not any(text.get_parse_math() for text in figure.findobj(Text) if text.get_text())


@pytest.mark.slow
def test_pictures_are_the_same_bytes_in_another_process(written: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; import test_figures as t\n"
        "for name, figure in t.all_figures().items():\n"
        "    t.save_figure(figure, Path(sys.argv[1]) / name)"
    )
    (tmp_path / "matplotlibrc").write_text("font.size: 30\naxes.facecolor: red\n")
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "2",
        "PYTHONPATH": f"{Path(__file__).parent}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
        "MATPLOTLIBRC": str(tmp_path / "matplotlibrc"),
        "OMP_NUM_THREADS": "2",
        "OPENBLAS_NUM_THREADS": "2",
        "TZ": "UTC+2",
    }
    again = tmp_path / "again"
    subprocess.run([sys.executable, "-c", code, str(again)], env=environment, check=True)
    assert len(list(written.iterdir())) == 8
    for path in sorted(written.iterdir()):
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_files_hold_no_date_and_no_version_and_are_small(written: Path) -> None:
    for path in written.glob("*.svg"):
        svg = path.read_text(encoding="utf-8")
        assert "<dc:date>" not in svg
        assert not re.search(r"[Mm]atplotlib v?\d", svg)
    for path in written.glob("*.png"):
        with Image.open(path) as image:
            assert image.info.keys() <= {"dpi"}
            assert image.size[0] >= 1000
        assert path.stat().st_size < 300_000


def test_words_are_written_in_every_panel_and_do_not_overlap() -> None:
    word_map = a_word_map(words=120)
    labelled = words_to_label(word_map, 30)
    figure = draw_words(word_map, labelled, DATA)
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    figure.draw(renderer)
    for axes in figure.axes[:2]:
        assert {text.get_text() for text in axes.texts} == {
            word_map.words[index] for index in labelled
        }
        # Only the words: the extent of an annotation would hold its line too.
        boxes = [Text.get_window_extent(text, renderer) for text in axes.texts]
        for number, box in enumerate(boxes):
            assert not any(box.overlaps(other) for other in boxes[number + 1 :])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_placed_labels_are_free_of_each_other_and_of_named_points(seed: int, count: int) -> None:
    generator = np.random.default_rng(seed)
    points = generator.uniform(0, 300, (60, 2))
    sizes = np.column_stack([generator.uniform(10, 60, count), np.full(count, 12.0)])
    area = (0.0, 0.0, 300.0, 300.0)
    found = place_labels(points, range(count), sizes, area)
    boxes = {}
    for index, (x, y) in found.items():
        half = sizes[index] / 2
        boxes[index] = (x - half[0], y - half[1], x + half[0], y + half[1])
        assert boxes[index][0] >= 0
        assert boxes[index][1] >= 0
        assert boxes[index][2] <= 300
        assert boxes[index][3] <= 300
    for one, (left, bottom, right, top) in boxes.items():
        for other, box in boxes.items():
            apart = right <= box[0] or box[2] <= left or top <= box[1] or box[3] <= bottom
            assert one == other or apart
        for other in range(count):
            x, y = points[other]
            assert one == other or not (left < x < right and bottom < y < top)


def test_a_label_without_room_is_left_out() -> None:
    points = np.array([[50.0, 50.0], [52.0, 50.0]])
    area = (0.0, 0.0, 100.0, 100.0)
    assert place_labels(points, [0], np.array([[200.0, 10.0]]), area) == {}
    assert list(place_labels(points, [0, 1], np.array([[80.0, 50.0], [80.0, 50.0]]), area)) in (
        [],
        [0],
    )
    assert place_labels(points, [], np.empty((0, 2)), area) == {}


def naive_shares(rows: list[list[int]], labels: list[int], id_: int) -> tuple[int, float]:
    holding = [label for row, label in zip(rows, labels, strict=True) if id_ in row]
    return len(holding), sum(holding) / len(holding)


def test_a_words_sentiment_counts_each_review_once() -> None:
    generator = np.random.default_rng(3)
    rows = [generator.integers(1, 12, generator.integers(0, 30)).tolist() for _ in range(60)]
    labels = generator.integers(0, 2, 60).tolist()
    flat = np.array([id_ for row in rows for id_ in row], np.int32)
    reviews = Ragged(flat, offsets_from_lengths(np.array([len(row) for row in rows])))
    tokens = ["<pad>", "<unk>", *(f"w{number}" for number in range(2, 12))]
    vocabulary = Vocabulary(tokens, np.zeros(12, np.int64), document_counts(reviews, 12))
    train = Dataset(reviews, np.array(labels, np.int8), np.zeros(60, np.int32))
    vectors = generator.normal(size=(10, 4))
    full = keyed_vectors(tokens[2:], vectors)
    partial = keyed_vectors(tokens[5:], vectors[3:])

    found = map_words(
        {"a": full},
        vocabulary,
        train,
        VisualizationParams(words=100, spaces=("a",), min_document_count=1),
    )
    assert found.words == tokens[2:]
    for word, documents, share in zip(
        found.words, found.documents, found.positive_shares, strict=True
    ):
        assert (documents, share) == naive_shares(rows, labels, tokens.index(word))

    shared = map_words(
        {"a": full, "b": partial},
        vocabulary,
        train,
        VisualizationParams(words=100, spaces=("a", "b"), min_document_count=1),
    )
    assert shared.words == tokens[5:]
    assert [len(plane.positions) for plane in shared.planes.values()] == [7, 7]

    rare = int(found.documents.min())
    frequent = map_words(
        {"a": full},
        vocabulary,
        train,
        VisualizationParams(words=100, spaces=("a",), min_document_count=rare + 1),
    )
    assert frequent.words == [
        word for word, count in zip(found.words, found.documents, strict=True) if count > rare
    ]
    with pytest.raises(ReelvecError, match=r"visualization\.min_document_count"):
        map_words(
            {"a": full},
            vocabulary,
            train,
            VisualizationParams(words=100, spaces=("a",), min_document_count=1000),
        )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_projection_is_pca_oriented_by_sentiment(seed: int) -> None:
    generator = np.random.default_rng(seed)
    vectors, shares = generator.normal(size=(30, 6)), generator.uniform(size=30)
    plane = project(vectors, shares)
    centred = vectors - vectors.mean(axis=0)
    values, directions = np.linalg.eigh(centred.T @ centred)
    expected = centred @ directions[:, [-1, -2]]
    expected *= np.sign((shares - shares.mean()) @ expected)
    np.testing.assert_allclose(plane.positions, expected / np.abs(expected).max(), atol=6e-5)
    np.testing.assert_allclose(plane.explained, values[[-1, -2]] / values.sum())
    for axis in (0, 1):
        correlation = np.corrcoef(expected[:, axis], shares)[0, 1]
        assert plane.sentiment[axis] == pytest.approx(correlation)
    mirrored = project(-vectors, shares)
    np.testing.assert_array_equal(mirrored.positions, plane.positions)


def test_degenerate_spaces_are_drawn() -> None:
    shares = np.array([0.1, 0.5, 0.9])
    line = project(np.array([[1.0], [2.0], [4.0]]), shares)
    assert line.positions[:, 1].tolist() == [0, 0, 0]
    same = project(np.ones((3, 4)), np.full(3, 0.5))
    for numbers in (same.positions, same.explained, same.sentiment):
        assert (numbers == 0).all()
    planes = {"line": line, "same": same}
    word_map = WordMap(["a", "b", "c"], np.full(3, 0.5), np.array([3, 2, 1]), planes)
    figure = draw_words(word_map, words_to_label(word_map, 3), DATA)
    assert {"a", "b", "c"} <= set(texts_of(figure))


def test_labels_go_to_telling_words_and_to_frequent_ones() -> None:
    shares = np.array([0.5, 0.52, 0.9, 0.5, 0.1, 0.6])
    documents = np.array([900, 800, 100, 90, 80, 10])
    word_map = WordMap(list("abcdef"), shares, documents, {})
    assert words_to_label(word_map, 3).tolist() == [2, 4, 0]
    assert sorted(words_to_label(word_map, 60).tolist()) == [0, 1, 2, 3, 4, 5]
    assert words_to_label(word_map, 0).tolist() == []


def test_the_epoch_that_was_kept_is_marked() -> None:
    figure = draw_learning_curves({"one": some_curves()}, DATA)
    loss, accuracy = figure.axes
    marks = [line for line in loss.lines if line.get_marker() == "o"]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in marks] == [(3, 0.3)]
    assert accuracy.get_xlabel() == "Epoch (best: 3 of 6)"


def test_a_curve_of_one_epoch_has_that_epochs_tick_and_marks() -> None:
    loss, _ = draw_learning_curves({"one": some_curves(epochs=1)}, DATA).axes
    low, high = loss.get_xlim()
    assert [tick for tick in loss.get_xticks() if low <= tick <= high] == [1]
    assert sorted(str(line.get_marker()) for line in loss.lines) == ["None", "_", "o"]


def test_learning_curves_share_one_scale_so_that_they_compare() -> None:
    steep = some_curves() | {"train_loss": np.linspace(3, 1, 6)}
    figure = draw_learning_curves({"one": some_curves(), "two": steep}, DATA)
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()
    assert figure.axes[0].get_ylim()[1] >= 3


def test_roc_legend_is_ranked_by_area() -> None:
    figure = draw_roc({"one": ROC, "two": ROC}, {"one": 0.9, "two": 0.95}, DATA)
    legend = figure.axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["two (0.9500)", "one (0.9000)"]


def test_confusion_shows_counts_and_shares_of_each_row() -> None:
    labels = np.array([0, 0, 0, 0, 1, 1], np.int8)
    found = Predictions(
        np.arange(6, dtype=np.int32), labels, np.array([0.1, 0.1, 0.1, 0.9, 0.9, 0.2])
    )
    axes = draw_confusion({"one": found}, DATA).axes[0]
    cells = {text.get_position(): text.get_text() for text in axes.texts}
    assert cells == {
        (0.5, 0.5): "3\n75.0%",
        (1.5, 0.5): "1\n25.0%",
        (0.5, 1.5): "1\n50.0%",
        (1.5, 1.5): "1\n50.0%",
    }


@pytest.mark.parametrize("count", [1, 2, 6, 11])
def test_any_number_of_variants_has_a_panel_each(count: int) -> None:
    names = [f"variant_{number}" for number in range(count)]
    learning = draw_learning_curves(dict.fromkeys(names, some_curves()), DATA)
    confusion = draw_confusion(dict.fromkeys(names, some_predictions()), DATA)
    roc = draw_roc(dict.fromkeys(names, ROC), dict.fromkeys(names, 0.9), DATA)
    for figure, panels in ((learning, 2 * count), (confusion, count), (roc, 2)):
        assert sum(axes.get_visible() for axes in figure.axes) == panels
    for figure in (learning, confusion):
        assert [name for name in names if name in texts_of(figure)] == names


def test_drawing_leaves_the_users_settings_alone() -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    all_figures()
    assert dict(mpl.rcParams) == before


def test_the_picture_of_lengths_shows_each_model_at_its_accuracy_and_confidence() -> None:
    names = [FIRST, *LASTS]

    def figures(number: int, shift: float) -> dict[str, object]:
        accuracy = {"value": 0.6 + 0.05 * number + shift, "low": 0.0, "high": 1.0}
        return {"words": 10.0 * 2**number, "confidence": 0.7, "accuracy": accuracy}

    excerpts = {
        name: {"best": figures(number, 0.01), "scratch": figures(number, 0.0)}
        for number, name in enumerate(names)
    }
    figure = draw_lengths(excerpts, "best", ["scratch"], DATA)
    accuracy, sureness = figure.axes
    lines = {line.get_label(): line for line in accuracy.lines}
    assert lines["best"].get_xdata() == pytest.approx([20, 40, 80, 160, 320])
    assert lines["best"].get_ydata() == pytest.approx([0.66, 0.71, 0.76, 0.81, 0.86])
    assert lines["best"].get_linewidth() > lines["scratch"].get_linewidth()
    assert sureness.lines[0].get_xdata() == pytest.approx([0.66, 0.71, 0.76, 0.81, 0.86])
    assert sureness.lines[0].get_ydata() == pytest.approx([0.7] * 5)
    assert DATA in texts_of(figure)


def test_names_of_a_second_row_of_variants_stand_below_the_labels_of_the_first() -> None:
    names = [f"variant {number}" for number in range(9)]
    figure = draw_learning_curves(dict.fromkeys(names, some_curves()), DATA)
    figure.draw_without_rendering()
    texts = figure.findobj(Text)
    labels, titles = (
        [text.get_window_extent() for text in texts if text.get_text().startswith(start)]
        for start in ("Epoch", "variant")
    )
    assert (len(labels), len(titles)) == (9, 9)
    assert not any(label.overlaps(title) for label in labels for title in titles)
