"""What the page tells beside the results: commit, day, pipeline and study."""

import shutil
import subprocess
from html import escape
from pathlib import Path

import pytest
from test_page import page

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.whole import load_params
from reelvec.report import page as report_page
from reelvec.report.page import Surroundings, write_page
from reelvec.report.study_section import read_study

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose page needs none of the stages."""
    params = load_params(REPOSITORY / "params.yaml")

    def rendered(*others: object) -> str:
        around = others[-1]
        assert isinstance(around, Surroundings)
        return page(params, data="Real reviews", around=around)

    monkeypatch.setattr(report_page, "render_page", rendered)
    (tmp_path / "data/raw").mkdir(parents=True)
    for name in ("report", "explorer"):
        (tmp_path / f"data/{name}.json").write_text('{"data": "Real reviews"}')
    return tmp_path


def git(root: Path, *arguments: str) -> str:
    settings = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    done = subprocess.run(
        ["git", *settings, *arguments], cwd=root, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def test_commit_changes_and_day_are_told(root: Path) -> None:
    (root / "params.yaml").write_text("a: 1")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "First")
    commit = git(root, "rev-parse", "--short", "HEAD")
    (root / "data/raw/imdb.parquet").touch()
    told = write_page(root).read_text()
    assert f"Real reviews; commit {commit} of 20" in told
    assert ", data fetched 20" in told
    assert "with changes" not in told
    (root / "params.yaml").write_text("a: 2")
    assert "with changes" in write_page(root).read_text()


def test_changes_of_the_project_are_told_in_its_demo_too(root: Path) -> None:
    (root / "params.yaml").write_text("a: 1")
    (root / ".gitignore").write_text(".demo")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "First")
    shutil.copytree(root / "data", root / ".demo/data")
    assert "with changes" not in write_page(root / ".demo").read_text()
    (root / "params.yaml").write_text("a: 2")
    assert "with changes" in write_page(root / ".demo").read_text()


def test_the_pipeline_is_drawn_where_there_is_one(root: Path) -> None:
    assert "what feeds what" not in write_page(root).read_text()
    git(root, "init", "-q")
    (root / ".dvc").mkdir()
    (root / "dvc.yaml").write_text("stages: {a: {cmd: b, outs: [c]}, d: {cmd: e, deps: [c]}}")
    assert 'alt="The stages and what feeds what"' in write_page(root).read_text()


def test_the_study_is_put_in_from_where_git_has_it(root: Path) -> None:
    assert "What preprocessing does" not in write_page(root).read_text()
    study = "studies/learning_curves/reports"
    shutil.copytree(REPOSITORY / study, root / study)
    told = write_page(root).read_text()
    assert escape(read_study(root / study).turn, quote=False) in told
    assert "What preprocessing does" in told


def test_without_git_it_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(root.parent))
    assert "code outside git</p>" in write_page(root).read_text()


@pytest.mark.parametrize(
    ("missing", "stage"), [("report", "report"), ("explorer", "prepare_explorer")]
)
def test_without_results_it_says_which_command_makes_them(
    root: Path, missing: str, stage: str
) -> None:
    (root / f"data/{missing}.json").unlink()
    with pytest.raises(ReelvecError, match=rf"data/{missing}\.json.*dvc repro {stage}"):
        write_page(root)
