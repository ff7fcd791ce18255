"""What is used of DVC and MLflow beyond their documentation is there, and is used in two places.

DVC documents its commands and `dvc.api` alone, MLflow the modules in `DOCUMENTED`. All else may go
with any release: these tests name it. Tried with DVC 3.67.0 and 3.67.1, MLflow 3.17.0 and 3.17.2.
"""

import ast
import importlib
import inspect
import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from reelvec.dvc_interface import (
    LOADED_TO_REPRODUCE,
    LOCKED_PATHS,
    _modify_yaml,
    opened,
    run_command,
)

PROJECT = Path(__file__).parents[1]
CODE = ("src", "stages", "studies", "benchmarks", ".ci")
INTERFACES = ("src/reelvec/dvc_interface.py", "src/reelvec/tracking/mlflow_interface.py")
USERS = " or ".join(INTERFACES)
LIBRARIES = (
    "dvc",
    "dvc_data",
    "dvc_objects",
    "dvc_render",
    "dvc_studio_client",
    "mlflow",
    "scmrepo",
)
DOCUMENTED = {
    "dvc.api",
    "mlflow",
    "mlflow.entities",
    "mlflow.exceptions",
    "mlflow.models",
    "mlflow.protos.databricks_pb2",  # by MlflowException: the codes that it takes
    "mlflow.pyfunc",
    "mlflow.pyfunc.model",
    "mlflow.types",
}
PRIVATE = {
    "dvc.cli.main": ["argv"],
    "dvc.dvcfile": ["modify_yaml"],
    "dvc.dependency.ParamsDependency": ["read_params"],
    "dvc.dependency.param": ["load_path"],
    "dvc.dvcfile.Lockfile": ["load"],
    "dvc.exceptions.DvcException": [],
    "dvc.lock.LockError": [],
    "dvc.lock.make_lock": ["lockfile", "tmp_dir"],
    "dvc.output.Output": ["workspace_status", "exists"],
    "dvc.repo.Repo": ["_wait_for_lock", "scm"],
    "dvc.repo.index.Index": ["from_file", "graph"],
    "dvc.repo.reproduce.plan_repro": ["graph", "stages"],
    "dvc.stage.PipelineStage": ["status", "changed_stage"],
    "dvc.utils.serialize.dumps_yaml": [],
    "dvc.utils.serialize.load_yaml": ["path"],
    "dvc_data.hashfile.tree.Tree": ["from_list", "digest"],
    "mlflow.pyfunc.scoring_server.init": ["model"],
    "mlflow.utils.credentials.get_default_host_creds": ["store_uri"],
    "mlflow.utils.rest_utils.http_request": [
        "host_creds",
        "endpoint",
        "method",
        "max_retries",
        "timeout",
    ],
}
"""Each name, and what is used of it: parameters of a function, members of a class."""


def private_names(source: bytes) -> set[str]:
    """What a module imports from DVC and MLflow that is not documented."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            if (
                name.partition(".")[0] in LIBRARIES
                and not {name, name.rpartition(".")[0]} & DOCUMENTED
            ):
                found.add(name)
    return found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from dvc.repo import Repo", {"dvc.repo.Repo"}),
        ("def f():\n    import dvc.lock, json", {"dvc.lock"}),
        ("from dvc.api import params_show\nimport mlflow.pyfunc", set()),
        ("from mlflow import MlflowClient, tracking\nfrom mlflow.types import Schema", set()),
        ("from mlflow.utils import rest_utils as rest", {"mlflow.utils.rest_utils"}),
    ],
)
def test_an_import_is_private_where_no_documentation_names_it(source: str, found: set[str]) -> None:
    assert private_names(source.encode()) == found


def test_nothing_private_is_imported_but_by_the_two_interfaces() -> None:
    paths = chain.from_iterable((PROJECT / folder).rglob("*.py") for folder in CODE)
    found = {
        path.relative_to(PROJECT).as_posix(): names
        for path in paths
        if "node_modules" not in path.parts and (names := private_names(path.read_bytes()))
    }
    elsewhere = {path: sorted(found[path]) for path in found.keys() - set(INTERFACES)}
    assert elsewhere == {}, f"to be imported in {USERS} alone"
    assert set().union(*found.values()) == PRIVATE.keys(), "the list here is not theirs"


@pytest.mark.parametrize("name", PRIVATE)
def test_what_is_private_is_still_there(name: str) -> None:
    try:
        thing = named(name)
    except (ImportError, AttributeError) as error:
        pytest.fail(f"{name} is gone, which {USERS} uses: {error}", pytrace=False)
    require(name, thing, *PRIVATE[name])


@pytest.mark.parametrize("name", LOADED_TO_REPRODUCE)
def test_the_modules_that_are_loaded_ahead_are_still_there(name: str) -> None:
    importlib.import_module(name)


def named(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        module, _, attribute = name.rpartition(".")
        return getattr(importlib.import_module(module), attribute)


def require(name: str, thing: object, *used: str) -> None:
    """Let the test fail by naming what a class, a function or an object has not."""
    parameters = inspect.signature(thing).parameters if callable(thing) else ()
    gone = [each for each in used if each not in parameters and not hasattr(thing, each)]
    if gone:
        pytest.fail(f"{name} has no {', '.join(gone)} any more, which {USERS} uses", pytrace=False)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, git: Callable[..., str]) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".dvc").mkdir()
    (tmp_path / "params.yaml").write_text("size: 1\n")
    (tmp_path / "dvc.yaml").write_text(
        "stages: {one: {cmd: touch out, params: [size], deps: [in], outs: [out]}}\n"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def repo(project: Path) -> Iterator[Any]:
    from dvc.repo import Repo

    with Repo(str(project)) as repo:
        yield repo


def test_the_objects_of_dvc_have_what_is_asked_of_them(project: Path, repo: Any) -> None:
    """What is set when they are made is no member of their class."""
    from dvc.repo.index import Index

    require("a Repo", repo, "lock", "root_dir", "scm")
    require("the scm of a Repo", repo.scm, "is_ignored")
    index = Index.from_file(repo, str(project / "dvc.yaml"))
    require("an Index", index, "stages", "graph")
    (stage,) = index.stages
    require("a PipelineStage", stage, "name", "deps", "outs")
    for file in [*stage.deps, *stage.outs]:
        require(f"a {type(file).__name__}", file, "def_path", "fs_path", "use_cache", "repo")


def test_the_objects_of_dvc_say_what_they_said(project: Path) -> None:
    with opened(project, locked=True) as pipeline:
        (stage,) = pipeline.stages.values()
        (read,), (made,) = stage.dependencies(), stage.outputs()
        assert pipeline.root == project
        assert [*pipeline.stages] == [*pipeline.graph()] == pipeline.order() == ["one"]
        assert pipeline.locked() == {}
        assert pipeline.changed(["one"]) == {"one"}
        assert not stage.has_another_command()
        assert stage.params() == {"params.yaml": {"size": 1}}
        assert (read.path, read.states()) == ("in", ["deleted"])
        assert (made.path, made.states()) == ("out", ["deleted"])
        assert made.is_cached
        assert not made.is_ignored()


STAGES = """stages:
  one: {cmd: touch out, params: [size], deps: [in], outs: [out]}
  "2": {cmd: "mkdir 'a: b' && touch 'a: b/é'", deps: [out], outs: ["a: b"]}
  each:
    foreach: {x: "no", y: 1.50, z z: ""}
    do: {cmd: "echo ${item} > '${key}'", params: [size], outs: ["${key}"]}
"""


@pytest.mark.slow
def test_a_lock_has_the_bytes_that_dvc_itself_writes(project: Path) -> None:
    (project / "dvc.yaml").write_text(STAGES, encoding="utf-8")
    (project / "in").touch()
    lock = project / "dvc.lock"

    def changed_and_run(run: Callable[[list[str]], int]) -> list[bytes]:
        found = []
        for size, stages in (("1", []), ("'0x1'", []), ("[1, {a: 2}]", ["each"]), ("3", [])):
            (project / "params.yaml").write_text(f"size: {size}\n")
            assert run(["repro", "--force", *stages]) == 0
            found.append(lock.read_bytes())
        lock.unlink()
        return found

    from dvc.cli import main

    assert changed_and_run(run_command) == changed_and_run(main)


LOCK = "schema: '2.0'\nstages:\n  a:\n    cmd: x\n    deps:\n    - path: y\n  b@c:\n    cmd: z\n"
DATASETS = "datasets:\n- name: d\n  type: dvc\n  url: u\n  lock:\n    rev_lock: q\n"
SHARED = [1, 2]


@pytest.mark.parametrize(
    "text",
    [
        LOCK,
        LOCK + DATASETS,
        LOCK[:-1],
        LOCK.replace("    deps", "# a comment\n    deps"),
        LOCK.replace("  b@c", "  # a comment\n  b@c"),
        LOCK + "  f: {cmd: x}\n",
        "schema: '2.0'\nstages: {}\n",
        "",
    ],
)
@pytest.mark.parametrize("name", ["a", "new", "1.5", "n" * 140])
@pytest.mark.parametrize("value", [3, {"once": SHARED, "again": SHARED}])
def test_whatever_a_lock_holds_is_kept_as_dvc_keeps_it(
    tmp_path: Path, text: str, name: str, value: object
) -> None:
    from dvc.dvcfile import modify_yaml

    def changed_by(modify: Callable[..., Any]) -> bytes:
        lock = tmp_path / "dvc.lock"
        lock.write_text(text, encoding="utf-8")
        for stage in (name, "behind it", "b@c"):
            with modify(str(lock)) as content:
                content["stages"] = content.get("stages", {})
                content["stages"].update({stage: {"cmd": "x", "params": {"params.yaml": value}}})
        return lock.read_bytes()

    assert changed_by(partial(_modify_yaml, modify_yaml)) == changed_by(modify_yaml)


def test_dvcs_file_of_locks_says_who_locks_what(project: Path, repo: Any) -> None:
    from dvc.rwlock import rwlock

    place = project / LOCKED_PATHS
    place.parent.mkdir(parents=True, exist_ok=True)
    with rwlock(str(place.parent), repo.fs, "a command", ["/read"], ["/written"], False):
        locks = json.loads(place.read_bytes())
    assert locks.keys() == {"read", "write"}
    assert isinstance(locks["write"]["/written"]["pid"], int)
    assert [isinstance(each["pid"], int) for each in locks["read"]["/read"]] == [True]


def test_mlflow_tells_of_new_tables_where_it_is_kept_quiet() -> None:
    from mlflow.store.db import utils

    from reelvec.tracking.mlflow_interface import DATABASES

    assert utils._logger.name == DATABASES
