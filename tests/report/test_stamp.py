"""The page is stamped with where it comes from, and the page that DVC keeps is not."""

import shutil
import subprocess
from pathlib import Path

import pytest

from reelvec.base.errors import ReelvecError
from reelvec.report.stamp import MARK, PIPELINE_MARK, STUDY_MARK, TURN_MARK, stamp


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "data/raw").mkdir(parents=True)
    (tmp_path / "data/report.html").write_text(f"<p>Data; {MARK}</p>{PIPELINE_MARK}")
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
    page = stamp(root).read_text()
    assert f"Data; commit {commit} of 20" in page
    assert ", data fetched 20" in page
    assert "with changes" not in page
    (root / "params.yaml").write_text("a: 2")
    assert "with changes" in stamp(root).read_text()


def test_changes_of_the_project_are_told_in_its_demo_too(root: Path) -> None:
    (root / "params.yaml").write_text("a: 1")
    (root / ".gitignore").write_text(".demo")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "First")
    shutil.copytree(root / "data", root / ".demo/data")
    assert "with changes" not in stamp(root / ".demo").read_text()
    (root / "params.yaml").write_text("a: 2")
    assert "with changes" in stamp(root / ".demo").read_text()


def test_the_page_of_the_pipeline_stays_as_it_was(root: Path) -> None:
    stamp(root)
    assert MARK in (root / "data/report.html").read_text()


def test_the_pipeline_is_drawn_where_there_is_one(root: Path) -> None:
    assert PIPELINE_MARK in stamp(root).read_text()
    (root / "dvc.yaml").write_text("stages: {a: {cmd: b, outs: [c]}, d: {cmd: e, deps: [c]}}")
    assert '<img src="data:image/svg+xml;base64,' in stamp(root).read_text()


def test_the_study_is_put_in_from_where_git_has_it(root: Path) -> None:
    (root / "data/report.html").write_text(f"<p>Best.{TURN_MARK}</p>{STUDY_MARK}")
    assert STUDY_MARK in stamp(root).read_text()
    study = "studies/learning_curves/reports"
    shutil.copytree(Path(__file__).parents[2] / study, root / study)
    page = stamp(root).read_text()
    assert "<p>Best. With fewer reviews, glove_frozen beats scratch with no number" in page
    assert "What preprocessing does" in page


def test_without_git_it_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(root.parent))
    assert "code outside git</p>" in stamp(root).read_text()


def test_without_a_page_it_says_which_command_makes_one(tmp_path: Path) -> None:
    with pytest.raises(ReelvecError, match="make repro"):
        stamp(tmp_path)
