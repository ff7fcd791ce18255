"""The page: complete, readable without a network, and deaf to what reviews and words say."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from reelvec.comparison import TESTED, TRAINED, Comparison, Pair
from reelvec.errors import ReelvecError
from reelvec.files import write_json
from reelvec.mistakes import Mistake
from reelvec.params import Params, load_params
from reelvec.report import read_results, render_report

EVIL = "<script>alert('x')</script><img src=http://x.example/y onerror=z> & {{ 7 * 7 }}"
SCORES = {
    "analogies_accuracy": 0.125,
    "wordsim353_spearman": None,
    "simlex999_spearman": 0.2,
    "sentiment_separation": 0.3,
    "sentiment_nearest": 1.0,
}


class Page(HTMLParser):
    """What a browser would make of the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.open[-1], data.strip()))


@pytest.fixture(scope="module")
def params() -> Params:
    return load_params(Path(__file__).parents[1] / "params.yaml")


def page(params: Params, data: str = "SAMPLE DATA: made up", text: str = "A film.") -> str:
    names = list(params.variants)
    row = dict.fromkeys((*TESTED, *TRAINED), 0.75)
    pairs = {
        (one, two): Pair(0.1, 0.05, 0.15, 9, 1, 0.001)
        for number, one in enumerate(names)
        for two in names[number + 1 :]
    }
    own = {
        "neighbors": {
            text: {"looked_up_as": text, "nearest": {f"near {text}": 0.876}},
            "queen": {"looked_up_as": None, "nearest": None},
        },
        "analogies": {},
    }
    return render_report(
        params,
        Comparison(1000, 0.95, dict.fromkeys(names, row), pairs),
        {"spaces": {"scratch": {"shared": SCORES}, "glove": {"shared": SCORES}}},
        {"scratch": {"own": own}, "glove": {"own": own}},
        {name: [Mistake(7, 1, 9, 0.01, f"{text}<br /><br />{text}")] for name in names},
        [["Model", "order"], *([name, "0 of 24"] for name in names)],
        data,
    )


def test_the_data_line_is_the_first_text_and_in_the_title(params: Params) -> None:
    found = Page(page(params))
    visible = [text for tag, text in found.texts if tag not in ("title", "style")]
    assert visible[0] == "SAMPLE DATA: made up"
    title = next(text for tag, text in found.texts if tag == "title")
    assert title.startswith("SAMPLE DATA: made up")
    assert ("p", {"class": "data sample"}) in found.tags
    assert ("p", {"class": "data"}) in Page(page(params, data="Real reviews")).tags


def test_what_reviews_and_words_say_stays_text(params: Params) -> None:
    html = page(params, data=EVIL, text=EVIL)
    found = Page(html)
    assert found.open == []
    assert not {"script", "iframe", "object", "link"} & {tag for tag, _ in found.tags}
    assert all(not name.startswith("on") for _, attributes in found.tags for name in attributes)
    said = [text for tag, text in found.texts if tag == "p"]
    assert said.count(EVIL) == 1 + 2 * len(params.variants)
    assert ("td", EVIL) in found.texts


def test_nothing_is_loaded_from_elsewhere(params: Params) -> None:
    html = page(params)
    addresses = [
        value
        for _, attributes in Page(html).tags
        for name, value in attributes.items()
        if name in ("src", "href")
    ]
    pictures = {f"figures/{name}.svg" for name in ("words", "learning_curves", "roc", "confusion")}
    assert pictures <= set(addresses)
    assert all(value in pictures or str(value).startswith("#") for value in addresses)
    assert "http" not in html
    assert "@import" not in html
    assert "url(" not in html


def test_links_within_the_page_arrive(params: Params) -> None:
    tags = Page(page(params)).tags
    places = {attributes["id"] for _, attributes in tags if "id" in attributes}
    links = {
        str(attributes["href"])[1:]
        for tag, attributes in tags
        if tag == "a" and str(attributes["href"]).startswith("#")
    }
    assert links == places


def test_results_neighbours_scores_mistakes_and_parameters_are_there(params: Params) -> None:
    found = Page(page(params, text="a plot"))
    texts = [text for _, text in found.texts]
    cells = [text for tag, text in found.texts if tag == "td"]
    assert any("glove_frozen is 10.0 points below scratch" in text for text in texts)
    assert "75.00% to 75.00%" in cells
    assert "near a plot" in "".join(cells)
    assert ("span", "0.88") in found.texts
    assert cells.count("not there") == 2
    assert "too few words" in cells
    assert "0.125" in cells
    assert texts.count("test/pos/7_9.txt") == len(params.variants)
    assert [text for tag, text in found.texts if tag == "p"].count("a plot") == 2 * len(
        params.variants
    )
    summaries = [text for tag, text in found.texts if tag == "summary"]
    assert summaries[: len(params.variants)] == list(params.variants)
    assert "preprocess" in summaries
    assert str(params.vocabulary.max_size) in texts


def test_the_page_is_the_same_each_time(params: Params) -> None:
    assert page(params) == page(params)


def test_one_variant_makes_a_page(params: Params) -> None:
    one = params.model_copy(update={"variants": {"scratch": params.variants["scratch"]}})
    assert "Best is scratch" in page(one)


def test_missing_results_name_the_stage(tmp_path: Path) -> None:
    path = tmp_path / "neighbors.json"
    for text in (None, "{", "[]"):
        if text is not None:
            path.write_text(text)
        with pytest.raises(ReelvecError, match="dvc repro compare_similarities"):
            read_results(path, "compare_similarities")
    write_json(path, {"a": 1})
    assert read_results(path, "compare_similarities") == {"a": 1}
