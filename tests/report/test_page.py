"""The page: complete, readable without a network, and deaf to what reviews and words say."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import write_json
from reelvec.base.project.provenance import OTHER
from reelvec.base.schema.whole import Params, load_params
from reelvec.evaluation.comparison import TESTED, TRAINED, Comparison, Pair
from reelvec.evaluation.mistakes import Mistake
from reelvec.report.contents import Findings, page_contents, read_results
from reelvec.report.page import Surroundings, render_page
from reelvec.report.question import Answer
from reelvec.report.study_section import Study

EVIL = "<script>alert('x')</script><img src=http://x.example/y onerror=z> & {{ 7 * 7 }}"
STUDY = Study("Made up", "it turns", ["It turned."], [["Model"], ["scratch"]])
ANSWER = Answer(
    "features",
    "As features",
    ["It adds."],
    Path("a/picture"),
    "Dots",
    Path("a.md"),
    ["More."],
    "Made up",
)
FIGURES = ("words", "learning_curves", "roc", "calibration", "confusion")
SCORES = {
    "analogies_accuracy": 0.125,
    "wordsim353_spearman": None,
    "simlex999_spearman": 0.2,
    "simlex999_spearman_low": 0.1,
    "simlex999_spearman_high": 0.3,
    "sentiment_separation": 0.3,
    "sentiment_nearest": 1.0,
    "analogies_asked": 4197,
    "wordsim353_pairs": 311,
    "simlex999_pairs": 926,
    "sentiment_words": 20,
}


class Page(HTMLParser):
    """What a browser would make of the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.scripts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)
        elif data.strip():
            self.texts.append((self.open[-1], data.strip()))


@pytest.fixture(scope="module")
def params() -> Params:
    return load_params(Path(__file__).parents[2] / "params.yaml")


def page(
    params: Params,
    data: str = "SAMPLE DATA: made up",
    text: str = "A film.",
    explorer: dict[str, Any] | None = None,
    around: Surroundings | None = None,
) -> str:
    names = list(params.variants)
    row = dict.fromkeys((*TESTED, *TRAINED), 0.75)
    pairs = {
        (one, two): Pair(0.1, 0.05, 0.15, 9, 1, 0.001, films_p=0.001)
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
    names_and_mistakes = {
        name: [Mistake(7, 1, 9, 0.01, f"{text}<br /><br />{text}", ((text, -1.5),))]
        for name in names
    }
    found = Findings(
        data=data,
        comparison=Comparison(1000, 0.95, dict.fromkeys(names, row), pairs),
        similarities={
            "spaces": {"scratch": {"shared": SCORES}, "glove": {"shared": SCORES}},
            "findings": [f"king − man + woman: {text}"],
        },
        neighbors={"scratch": {"own": own}, "glove": {"own": own}},
        mistakes=names_and_mistakes,
        behaviour=[["Model", "order"], *([name, "0 of 24"] for name in names)],
    )
    return render_page(
        json.loads(json.dumps(page_contents(params, found))),
        dict.fromkeys(FIGURES, b"<svg/>"),
        explorer or {"words": [text], "spaces": {}},
        around or Surroundings("code outside git", b"<svg/>", STUDY, [(ANSWER, b"<svg/>")]),
    )


def test_only_a_persons_own_reviews_are_not_called_those_of_films(params: Params) -> None:
    for data, reviews in (("IMDb", "film"), ("SAMPLE DATA", "film"), (f"{OTHER}: a", "these")):
        assert f"embeddings learned from {reviews} reviews know" in page(params, data=data)


def test_the_data_line_is_the_first_text_and_in_the_title(params: Params) -> None:
    found = Page(page(params))
    visible = [text for tag, text in found.texts if tag not in ("title", "style")]
    assert visible[0] == "SAMPLE DATA: made up; code outside git"
    title = next(text for tag, text in found.texts if tag == "title")
    assert title.startswith("SAMPLE DATA: made up")
    assert ("p", {"class": "data sample"}) in found.tags
    assert ("p", {"class": "data"}) in Page(page(params, data="Real reviews")).tags


def test_what_reviews_and_words_say_stays_text(params: Params) -> None:
    html = page(params, data=EVIL, text=EVIL)
    found = Page(html)
    assert found.open == []
    assert not {"iframe", "object", "link"} & {tag for tag, _ in found.tags}
    assert all(not name.startswith("on") for _, attributes in found.tags for name in attributes)
    paragraphs = [text for tag, text in found.texts if tag == "p"]
    assert paragraphs.count(EVIL) == 2 * len(params.variants)
    assert [text for tag, text in found.texts if tag == "b"].count(EVIL) == len(params.variants)
    assert ("td", EVIL) in found.texts


def test_what_the_explorer_reads_cannot_end_its_script(params: Params) -> None:
    found = Page(page(params, text=EVIL))
    scripts = [attributes for tag, attributes in found.tags if tag == "script"]
    assert len(scripts) == len(found.scripts) == 3
    assert json.loads(found.scripts[0])["words"] == [EVIL]
    assert "<" not in found.scripts[0]


def test_nothing_is_loaded_from_elsewhere(params: Params) -> None:
    found = Page(page(params))
    addresses = [
        str(value)
        for _, attributes in found.tags
        for name, value in attributes.items()
        if name in ("src", "href")
    ]
    pictures = [value for value in addresses if value.startswith("data:image/svg+xml;base64,")]
    assert len(pictures) == len(FIGURES) + len(("the pipeline", "the answer"))
    assert all(value in pictures or value.startswith("#") for value in addresses)
    styles = "".join(text for tag, text in found.texts if tag == "style")
    assert styles
    assert "@import" not in styles
    assert "url(" not in styles
    assert "fetch(" not in "".join(found.scripts)


def test_links_within_the_page_arrive(params: Params) -> None:
    tags = Page(page(params)).tags
    places = {attributes["id"] for _, attributes in tags if "id" in attributes}
    links = {
        str(attributes["href"])[1:]
        for tag, attributes in tags
        if tag == "a" and str(attributes["href"]).startswith("#")
    }
    assert links <= places
    assert {"results", "explorer", "parameters"} <= links


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
    assert "0.200 (0.100 to 0.300)" in cells
    assert ("li", "king − man + woman: a plot") in found.texts
    assert "4,197" in cells, "coverage"
    assert texts.count("test/pos/7_9.txt") == len(params.variants)
    paragraphs = [text for tag, text in found.texts if tag == "p"]
    assert paragraphs.count("a plot") == 2 * len(params.variants)
    assert ("span", "-1.50") in found.texts, "what a word added to the logit"
    summaries = [text for tag, text in found.texts if tag == "summary"]
    answered, *others = summaries
    assert answered == "As features: line by line"
    assert others[: len(params.variants)] == list(params.variants)
    assert "preprocess" in summaries
    assert str(params.vocabulary.max_size) in texts


def test_what_is_secret_in_an_address_is_not_on_the_page(params: Params) -> None:
    source = ("s3://KEY:SECRET@shop/r.csv", "https://shop/r.csv?SECRET")
    imdb = params.imdb.model_copy(update={"source": source})
    html = page(params.model_copy(update={"imdb": imdb}))
    assert "s3://shop/r.csv, https://shop/r.csv?…" in html
    assert "SECRET" not in html


def test_what_the_study_says_stands_on_the_page_as_text(params: Params) -> None:
    study = Study(EVIL, EVIL, [EVIL], [["Model"], [EVIL]])
    told = Answer(EVIL, EVIL, [EVIL], Path("p"), EVIL, Path("a.md"), [EVIL], EVIL)
    found = Page(page(params, "Real", around=Surroundings("here", None, study, [(told, b"")])))
    assert found.open == []
    assert ("td", EVIL) in found.texts
    assert {("h3", EVIL), ("p", EVIL), ("li", EVIL)} <= set(found.texts)
    assert any(f"With fewer reviews, {EVIL}." in text for _, text in found.texts)
    assert not any("alert" in script for script in found.scripts)


def test_without_study_and_pipeline_the_page_leaves_them_out(params: Params) -> None:
    html = page(params, around=Surroundings("code outside git"))
    assert "What preprocessing does" not in html
    assert "what feeds what" not in html
    assert "The question, answered" not in html
    assert "With fewer reviews" not in page(params), "the study is of real reviews"


def test_the_page_is_the_same_each_time(params: Params) -> None:
    assert page(params) == page(params)


def test_one_variant_makes_a_page(params: Params) -> None:
    one = params.model_copy(update={"variants": {"scratch": params.variants["scratch"]}})
    assert "Most accurate is &#39;scratch&#39;" in page(one)


def test_missing_results_name_the_stage(tmp_path: Path) -> None:
    path = tmp_path / "neighbors.json"
    for text in (None, "{", "[]"):
        if text is not None:
            path.write_text(text)
        with pytest.raises(ReelvecError, match="dvc repro compare_similarities"):
            read_results(path, "compare_similarities")
    write_json(path, {"a": 1})
    assert read_results(path, "compare_similarities") == {"a": 1}


def test_the_answers_stand_before_the_results_each_with_its_picture(params: Params) -> None:
    html = page(params)
    assert 0 < html.index("The question, answered") < html.index(">Results</h2>")
    found = Page(html)
    assert ("p", "It adds.") in found.texts
    assert ("li", "More.") in found.texts
    assert any(attributes.get("alt") == "Dots" for _, attributes in found.tags)
