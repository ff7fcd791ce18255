"""`reelvec serve` becomes MLflow's server, unless somebody else has the port."""

import os
import socket
from collections.abc import Mapping
from pathlib import Path

import pytest

from reelvec.base.errors import ReelvecError
from reelvec.cli import serve as module
from reelvec.cli.serve import HOST, serve


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """A free one, in a project with a champion, where a process cannot become another."""

    def become(_: Path, words: list[str], variables: Mapping[str, str]) -> None:
        assert variables["MLFLOW_DISABLE_TELEMETRY"] == "true"
        assert variables["UVICORN_TIMEOUT_WORKER_HEALTHCHECK"] == "60"
        raise SystemExit(" ".join([*words[1:], variables["MLFLOW_TRACKING_URI"]]))

    monkeypatch.setattr(os, "execve", become)
    monkeypatch.setattr(module, "load_params", lambda: None)
    monkeypatch.setattr(module, "register_best", lambda _, keep: f"a champion, {keep}")
    monkeypatch.setenv("REELVEC_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)
    with socket.socket() as free:
        free.bind((HOST, 0))
        number: int = free.getsockname()[1]
        return number


def test_it_becomes_mlflows_server_of_the_projects_champion(
    port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as became:
        serve(port, 3)
    words = str(became.value)
    assert "models serve --model-uri models:/reelvec@champion" in words
    assert f"--host 127.0.0.1 --port {port} --workers 3" in words
    assert words.endswith(f"sqlite:///{tmp_path / 'mlflow.db'}")
    assert capsys.readouterr().out == "a champion, True\n"


def test_a_port_that_is_taken_is_told_before_anything_is_done(
    port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as other:
        other.bind((HOST, port))
        other.listen()
        with pytest.raises(ReelvecError, match=rf"{port}: another server.*make serve PORT="):
            serve(port, 2)
    assert not capsys.readouterr().out


def test_of_two_that_start_at_once_the_second_is_told(port: int) -> None:
    with pytest.raises(SystemExit):
        serve(port, 2)  # which holds the port's lock, for this process goes on
    with pytest.raises(ReelvecError, match="another server has this port"):
        serve(port, 2)


def test_where_no_lock_can_be_made_it_serves_all_the_same(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("REELVEC_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(SystemExit):
        serve(port, 2)
