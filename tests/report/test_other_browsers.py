"""The page in Firefox and in WebKit: it draws, it answers, and what words say stays text."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest
from gensim.models import KeyedVectors
from hostile_page import EVIL, HOSTILE, make_spaces, nearest, write_page
from http_server import running_server
from other_browsers import BROWSERS, MISSING, PACKAGES, Browser

pytestmark = pytest.mark.slow

PART = "document.querySelector(`#explorer [data-part='${arguments[0]}']`)"
SEARCH = f"const box = {PART}; box.value = arguments[1]; box.form.requestSubmit()"
EAR = """<script>{
  window.heard = [];
  const hear = (told) => window.heard.push(String(told));
  addEventListener("error", (event) => hear(event.message));
  addEventListener("unhandledrejection", (event) => hear(event.reason));
  addEventListener("securitypolicyviolation", (event) => hear(event.effectiveDirective));
  console.error = hear;
}</script>"""
"""Stands before the page's policy, which does not hold for it."""


@pytest.fixture(scope="module")
def spaces() -> dict[str, KeyedVectors]:
    return make_spaces()


@pytest.fixture(scope="module")
def address(spaces: dict[str, KeyedVectors], tmp_path_factory: pytest.TempPathFactory) -> str:
    address = write_page(spaces, tmp_path_factory.mktemp("a page"))
    path = path_of(address)
    page = path.read_text(encoding="utf-8")
    path.write_text(page.replace("<head>", f"<head>{EAR}", 1), encoding="utf-8")
    return address


def path_of(address: str) -> Path:
    return Path(unquote(urlparse(address).path))


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            name,
            marks=pytest.mark.skipif(
                MISSING[name], reason=f"needs {name}: apt-get install {PACKAGES[name]}"
            ),
        )
        for name in BROWSERS
    ],
)
def browser(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    with BROWSERS[request.param](tmp_path_factory.mktemp(request.param)) as browser:
        yield browser


def look(browser: Browser, address: str) -> None:
    browser.open(address)
    browser.wait_for("document.querySelector('#explorer').dataset.drawn === 'yes'")


def test_it_draws_answers_as_gensim_does_and_says_no_error(
    browser: Browser, address: str, spaces: dict[str, KeyedVectors]
) -> None:
    look(browser, address)
    assert browser.run("return !!document.createElement('canvas').getContext('webgl')")
    browser.run(SEARCH, "search", "awful")
    browser.wait_for(f"{PART}.textContent === 'awful'", "word")
    for side, name in (("left", "scratch"), ("right", "glove")):
        listed = f"return [...{PART}.querySelectorAll('.word')].map(word => word.textContent)"
        assert browser.run(listed, f"{side}-neighbors") == nearest(spaces[name], 10, "awful")
        chosen = f"{PART}.querySelector('.chosen')?.textContent"
        browser.wait_for(f"{chosen} === 'awful'", f"{side}-labels")
    heading = "document.querySelector('table.sortable th')"
    browser.run(f"{heading}.querySelector('button').click()")
    assert browser.run(f"return {heading}.ariaSort") == "ascending"
    assert browser.run("return window.heard") == []


def test_what_words_say_stays_text(browser: Browser, address: str) -> None:
    look(browser, address)
    for word in HOSTILE:
        browser.run(SEARCH, "search", word)
        for part in ("word", "left-labels"):
            shown = f"({PART}.querySelector('.chosen') ?? {PART}).textContent"
            browser.wait_for(f"{shown} === arguments[1]", part, word)
    assert browser.run("return document.querySelectorAll('#explorer img').length") == 0
    assert "owned" not in browser.run("return document.title")
    assert browser.run("return window.heard") == []


def test_a_script_that_came_into_the_page_does_not_run_nor_load_anything(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    place = tmp_path / "index.html"
    with running_server() as server:
        outside = f"<img src='{server.url}/seen'><link rel=stylesheet href='{server.url}/x'>"
        link = "<a id=here href=\"javascript:document.title='owned'\">here</a>"
        hostile = f"{link}{EVIL}{outside}<script>console.error('run')</script>"
        place.write_text(f"<title>-</title>{EAR}{hostile}", encoding="utf-8")
        browser.open(place.as_uri())
        browser.wait_for("document.title === 'owned'")
        assert browser.run("return window.heard") == ["run"], "without a policy all runs"
        assert {request.path for request in server.requests} == {"seen", "x"}
        server.requests.clear()

        page = path_of(address).read_text(encoding="utf-8")
        place.write_text(page.replace("<h1>", f"{hostile}<h1>", 1), encoding="utf-8")
        look(browser, place.as_uri())
        browser.run("document.getElementById('here').click()")
        browser.run(SEARCH, "search", "queen")
        browser.wait_for(f"{PART}.textContent === 'queen'", "word")
        assert browser.run("return document.title") != "owned"
        refused = browser.run("return window.heard")
        assert {each.partition("-")[0] for each in refused} == {"script", "img", "style"}
        assert len(refused) >= 6
        assert server.requests == []
