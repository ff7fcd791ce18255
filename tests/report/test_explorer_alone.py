"""The explorer as a page of its own: whole, without a network, deaf to what words say."""

import json

from test_page import EVIL, Page

from reelvec.report.explorer_page import render_explorer

EXPLORER = {"words": [EVIL, "</script>"], "spaces": {}}


def test_the_page_begins_with_its_data_and_loads_nothing() -> None:
    found = Page(render_explorer(EXPLORER, f"Reviews {EVIL}", f"Spaces {EVIL}"))
    visible = [text for tag, text in found.texts if tag not in ("title", "style")]
    assert visible[:2] == [f"Reviews {EVIL}", f"Spaces {EVIL}"]
    assert found.open == []
    assert not {"img", "iframe", "object", "link"} & {tag for tag, _ in found.tags}
    assert ("section", {"id": "explorer", "aria-labelledby": "explorer-title"}) in found.tags


def test_the_script_finds_the_words_where_it_looks_for_them() -> None:
    found = Page(render_explorer(EXPLORER, "Reviews", "Spaces"))
    assert ("script", {"type": "application/json", "id": "explorer-data"}) in found.tags
    data, code = found.scripts
    assert json.loads(data) == EXPLORER
    assert "explorer-data" in code


def test_a_sample_is_marked() -> None:
    sample = Page(render_explorer(EXPLORER, "SAMPLE DATA: 10 reviews", "Spaces"))
    assert ("p", {"class": "data sample"}) in sample.tags
    real = Page(render_explorer(EXPLORER, "10 reviews", "Spaces"))
    assert ("p", {"class": "data"}) in real.tags
