"""The page's section on the learning curves says what their cells say."""

from pathlib import Path

import pytest

from reelvec.base.errors import ReelvecError
from reelvec.report.study_section import Study, read_study, render_study


def test_what_the_study_says_stays_text() -> None:
    html = render_study(Study("<b>", "<i>", ["<script>"], [["<u>"], ["<s>"]], b"<svg/>"))
    assert not {"<b>", "<i>", "<script>", "<u>", "<s>"} & set(html.split())
    for text in ("&lt;b&gt;", "&lt;script&gt;", "&lt;u&gt;", "&lt;s&gt;"):
        assert text in html


def test_the_studys_turn_is_read_from_its_cells(tmp_path: Path) -> None:
    cells = ["model,reviews,seed,accuracy"]
    for size, gains in ((100, (0.05, 0.06, 0.04)), (250, (0.02, 0.03, 0.02)), (500, (0, 0, -0.1))):
        for seed, gain in enumerate(gains):
            cells.append(f"scratch,{size},{seed},0.7")
            cells.append(f"word2vec_frozen,{size},{seed},{0.7 + gain}")
            cells.append(f"glove_frozen,{size},{seed},0.6")
    (tmp_path / "curves.csv").write_text("\n".join(cells) + "\n")
    (tmp_path / "curves.md").write_text("Made up\n\nMore\n")
    (tmp_path / "curves.svg").write_text("<svg/>")
    (tmp_path / "preprocessing.csv").write_text("lemmatize,accuracy,coverage\nTrue,0.5,0.991\n")
    study = read_study(tmp_path)
    assert study.data == "Made up"
    assert study.turn == (
        "glove_frozen beats scratch with no number of training reviews; "
        "word2vec_frozen beats scratch with up to 250 training reviews (+5.0 points with 100)"
    )
    assert study.ablation == [
        ["Lemmatize", "Test accuracy", "GloVe knows"],
        ["yes", "50.00%", "99.10%"],
    ]
    (tmp_path / "preprocessing.csv").write_text("")
    with pytest.raises(ReelvecError, match="make studies"):
        read_study(tmp_path)
    (tmp_path / "curves.csv").unlink()
    with pytest.raises(ReelvecError, match="make studies"):
        read_study(tmp_path)
