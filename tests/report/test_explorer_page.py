"""The explorer in a real browser: what a person sees, clicks and types."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode, urlparse

import pytest
from chromium import PROGRAM, chromium
from gensim.models import KeyedVectors
from hostile_page import EVIL, HOSTILE, NAMED, WORDS, make_spaces, nearest, write_page
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

ODD_VALUES = ["constructor", "__proto__", "toString", "%E0%A4%A", "%00", "#", "?", "&amp;", "tsne"]

expect.set_options(timeout=30_000)  # a busy machine draws slowly

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(PROGRAM is None, reason="needs Chromium: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def spaces() -> dict[str, KeyedVectors]:
    return make_spaces()


@pytest.fixture(scope="module")
def address(spaces: dict[str, KeyedVectors], tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_page(spaces, tmp_path_factory.mktemp("a page"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


class Watched:
    """A page with all that it says and asks for."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(120_000)  # a busy machine loads slowly
        self.problems: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self._hear(message.type, message.text))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("dialog", lambda dialog: self.problems.append(dialog.message))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(address)
        self.page.wait_for_selector("#explorer[data-drawn=yes]")

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error":
            self.problems.append(text)

    def part(self, name: str) -> Locator:
        return self.page.locator(f'#explorer [data-part="{name}"]')

    def search(self, word: str) -> None:
        self.part("search").fill(word)
        self.part("search").press("Enter")

    def listed(self, name: str) -> list[str]:
        return self.part(name).locator(".word").all_text_contents()


def places(watched: Watched) -> dict[str, tuple[float, float]]:
    """Where the left picture has its labels, all at one moment: they are made anew all the time."""
    styles: dict[str, str] = watched.part("left-labels").evaluate(
        "box => Object.fromEntries([...box.children].map(e => [e.textContent, e.style.transform]))"
    )
    found = {}
    for word, style in styles.items():
        left, top = (float(number) for number in re.findall(r"(-?[\d.]+)px", style))
        found[word] = (left, top)
    return found


@pytest.fixture(scope="module")
def context(browser: Browser) -> BrowserContext:
    return browser.new_context(viewport={"width": 1280, "height": 900})


@pytest.fixture
def opened(context: BrowserContext, address: str) -> Iterator[Watched]:
    watched = Watched(context, address)
    yield watched
    assert watched.problems == []
    asked = [url for url in watched.requests if not url.startswith("data:")]
    assert [url.partition("#")[0] for url in asked] == [address.partition("#")[0]]
    assert "owned" not in watched.page.title()
    watched.page.close()


@pytest.fixture(scope="module")
def listening(context: BrowserContext, address: str) -> Watched:
    """One page for links, one after the other."""
    return Watched(context, address)


def test_a_search_shows_gensims_neighbours_in_both_spaces(
    opened: Watched, spaces: dict[str, KeyedVectors]
) -> None:
    opened.search("awful")
    expect(opened.part("word")).to_have_text("awful")
    left, right = opened.listed("left-neighbors"), opened.listed("right-neighbors")
    assert left == nearest(spaces["scratch"], 10, "awful")
    assert right == nearest(spaces["glove"], 10, "awful")
    cosine = opened.part("left-neighbors").locator(".cosine").first.text_content()
    assert float(cosine or 0) == pytest.approx(
        spaces["scratch"].similarity("awful", left[0]), abs=6e-4
    )
    assert opened.part("left-neighbors").locator(".both").count() == len(set(left) & set(right))


def test_a_click_on_a_point_chooses_its_word(
    opened: Watched, spaces: dict[str, KeyedVectors]
) -> None:
    opened.search("wonderful")
    expect(opened.part("left-labels").locator(".chosen")).to_have_text("wonderful")
    # The one furthest out on the left: in the middle points lie on top of each other, and at the
    # right edge a label stands before its point.
    found = [item for item in places(opened).items() if item[0] != "wonderful"]
    word, (left, top) = min(found, key=lambda item: item[1][0])
    opened.part("left-canvas").click(position={"x": left - 6, "y": top + 8})
    expect(opened.part("word")).to_have_text(word)
    assert opened.listed("left-neighbors") == nearest(spaces["scratch"], 10, word)
    expect(opened.part("right-labels").locator(".chosen")).to_have_text([word])


def test_a_neighbour_is_a_button_that_chooses_it(opened: Watched) -> None:
    opened.search("wonderful")
    button = opened.part("right-neighbors").locator(".word").nth(2)
    word = button.text_content() or ""
    button.focus()
    button.press("Enter")
    expect(opened.part("word")).to_have_text(word)
    expect(opened.part("right-neighbors").locator(".word").first).to_be_focused()


def test_an_analogy_is_answered_as_by_gensim(
    opened: Watched, spaces: dict[str, KeyedVectors]
) -> None:
    for key, word in zip("abc", ("king", "man", "woman"), strict=True):
        opened.part(key).fill(word)
    opened.part("c").press("Enter")
    for side, name in (("left", "scratch"), ("right", "glove")):
        expected = nearest(spaces[name], 5, "king", "woman", without="man")
        assert opened.listed(f"{side}-answers") == expected
        assert expected[0] == "queen"


def test_completion_offers_what_begins_so_and_an_unknown_word_is_told(opened: Watched) -> None:
    opened.part("search").click()
    opened.page.keyboard.type("wo")
    offered = opened.part("completions").locator("option")
    values = [option.get_attribute("value") for option in offered.all()]
    assert values[:2] == ["wonderful", "woman"], "the frequent words first"
    opened.search("wondrous")
    expect(opened.part("unknown")).to_contain_text("“wondrous” is not among these words")


def test_what_words_say_stays_text(opened: Watched) -> None:
    for word in HOSTILE:
        opened.search(word)
        expect(opened.part("word")).to_have_js_property("textContent", word)
        chosen = opened.part("left-labels").locator(".chosen")
        expect(chosen).to_have_js_property("textContent", word)
    assert opened.page.locator("#explorer img").count() == 0


def test_a_script_that_came_into_the_page_does_not_run_nor_load_anything(
    context: BrowserContext, address: str, tmp_path: Path
) -> None:
    page = Path(unquote(urlparse(address).path)).read_text(encoding="utf-8")
    place = tmp_path / "index.html"
    outside = "<img src='http://127.0.0.1:9/seen'><link rel=stylesheet href='http://127.0.0.1:9/x'>"
    hostile = f"<a href=\"javascript:document.title='owned'\">here</a>{EVIL}{outside}"
    place.write_text(page.replace("<h1>", f"{hostile}<h1>", 1), encoding="utf-8")
    watched = Watched(context, place.as_uri())
    watched.page.get_by_text("here", exact=True).click()
    assert watched.page.title() != "owned"
    refused = [text for text in watched.problems if "Content Security Policy" in text]
    assert len(refused) == len(watched.problems) >= 4
    # The page itself, as ever.
    watched.search("queen")
    expect(watched.part("word")).to_have_text("queen")


def test_a_link_restores_what_was_seen(
    context: BrowserContext, address: str, spaces: dict[str, KeyedVectors]
) -> None:
    state = {
        "left": "glove",
        "right": "scratch",
        "word": "queen",
        "colour": "frequency",
        "a": "man",
    }
    watched = Watched(context, f"{address}#explorer?{urlencode(state)}")
    expect(watched.part("word")).to_have_text("queen")
    expect(watched.part("left-space")).to_have_value("glove")
    expect(watched.part("colour")).to_have_value("frequency")
    expect(watched.part("a")).to_have_value("man")
    assert watched.listed("left-neighbors") == nearest(spaces["glove"], 10, "queen")
    watched.search("awful")
    restored = Watched(context, watched.page.url)
    expect(restored.part("word")).to_have_text("awful")
    expect(restored.part("left-space")).to_have_value("glove")
    assert watched.problems == restored.problems == []


def test_a_link_cut_off_opens_the_page_all_the_same(context: BrowserContext, address: str) -> None:
    for rest in ("word=", "left=nothing&word=%3Cb%3E", "map=x&colour=y&a="):
        watched = Watched(context, f"{address}#explorer?{rest}")
        expect(watched.part("word")).to_have_text("wonderful")
        assert watched.problems == []
        watched.page.close()


@given(
    links=st.lists(
        st.tuples(
            st.sampled_from(["left", "right", "map", "colour", "word", "a", "b", "__proto__", "%"]),
            st.sampled_from([*ODD_VALUES, *NAMED]) | st.text(max_size=9),
        ),
        max_size=4,
    ).map(lambda pairs: "&".join(f"{key}={value}" for key, value in pairs))
)
@example(links="map=constructor")
@example(links="map=tsne")
@settings(max_examples=30, phases=[Phase.explicit, Phase.generate])
def test_any_link_shows_the_page(listening: Watched, links: str) -> None:
    listening.page.evaluate(
        """link => new Promise(follow => {
            addEventListener("hashchange", () => setTimeout(follow), { once: true });
            location.hash = ""; location.hash = `#explorer?${link}`; })""",
        links,
    )
    assert listening.problems == []
    for menu in ("left-space", "right-space", "map", "colour"):
        assert listening.part(menu).input_value()
    assert "owned" not in listening.page.title()


def test_spaces_changed_in_a_hurry_show_the_last_one(
    context: BrowserContext, opened: Watched, address: str
) -> None:
    fresh = Watched(context, f"{address}#explorer?left=glove")
    expected = places(fresh)
    assert len(expected) > 3
    menu = opened.part("left-space")
    menu.evaluate(
        """menu => { for (const name of ["glove", "scratch", "glove"]) {
            menu.value = name; menu.dispatchEvent(new Event("change")); } }"""
    )
    expect(opened.part("left-neighbors").locator(".word").first).to_be_visible()
    opened.page.wait_for_timeout(500)
    assert places(opened) == expected
    fresh.page.close()


def test_a_word_that_only_one_space_has_is_told(opened: Watched) -> None:
    opened.search(WORDS[-1])
    expect(opened.part("right-neighbors")).to_contain_text("glove has no vector of")
    assert len(opened.listed("left-neighbors")) == 10


def test_keys_move_and_enlarge_the_picture(opened: Watched) -> None:
    chosen = opened.part("left-labels").locator(".chosen")
    canvas = opened.part("left-canvas")
    canvas.focus()
    before = chosen.get_attribute("style")
    canvas.press("ArrowRight")
    expect(chosen).not_to_have_attribute("style", before or "")
    moved = chosen.get_attribute("style")
    canvas.press("ArrowLeft")
    canvas.press("0")
    expect(chosen).to_have_attribute("style", before or "")
    assert moved != before


def test_points_are_drawn_in_light_and_in_dark(browser: Browser, address: str) -> None:
    pictures = []
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
        watched = Watched(context, address)
        pictures.append(watched.part("left-canvas").screenshot())
        assert len(pictures[-1]) > 20_000, "an empty picture is small"
        context.close()
    assert pictures[0] != pictures[1]


def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    watched = Watched(context, address)
    width = watched.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
    watched.part("left-canvas").tap()
    context.close()


def test_a_finger_moves_the_picture_and_two_enlarge_it(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    watched = Watched(context, address)
    canvas = watched.part("left-canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = context.new_cdp_session(watched.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        fingers = [{"x": x + dx, "y": y + dy, "id": at} for at, (dx, dy) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
        watched.page.wait_for_timeout(100)

    watched.part("left-further").click()
    before = places(watched)["wonderful"]
    touch("touchStart", (0, 0))
    touch("touchMove", (30, -20))
    touch("touchEnd")
    after = places(watched)["wonderful"]
    assert after[0] - before[0] == pytest.approx(30, abs=2)
    assert after[1] - before[1] == pytest.approx(-20, abs=2)
    middle = (box["width"] / 2 + 6, box["height"] / 2 - 8)  # a label's place at the centre
    touch("touchStart", (-20, 0), (20, 0))
    touch("touchMove", (-30, 0), (30, 0))
    touch("touchEnd")
    enlarged = places(watched)["wonderful"]
    for axis in (0, 1):
        wide = (after[axis] - middle[axis]) * 1.5
        assert enlarged[axis] - middle[axis] == pytest.approx(wide, abs=4)
    assert watched.problems == []
    context.close()


def test_a_click_on_a_heading_sorts_its_table(opened: Watched) -> None:
    table = opened.page.locator("table.sortable").first
    column = table.locator("tbody td:first-child")
    before = column.all_text_contents()
    heading: Any = table.locator("th").first
    heading.locator("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    assert column.all_text_contents() == sorted(before)
    heading.locator("button").click()
    assert column.all_text_contents() == sorted(before, reverse=True)
