"""What is used of DVC and MLflow beyond their documentation is there: each may go with any release.

DVC documents its commands and `dvc.api` alone, MLflow the modules in `DOCUMENTED`.
"""

import ast
import importlib
import inspect
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).parents[1] / "src/reelvec"
DOCUMENTED = {
    "mlflow",
    "mlflow.entities",
    "mlflow.exceptions",
    "mlflow.models",
    "mlflow.pyfunc",
    "mlflow.pyfunc.model",
    "mlflow.types",
}
PRIVATE = {
    "dvc.cli.main": ["argv"],
    "dvc.commands.repro": None,
    "dvc.dependency.Dependency": None,
    "dvc.dependency.ParamsDependency": ["read_params"],
    "dvc.dependency.param": ["load_path"],
    "dvc.dvcfile.Lockfile": ["load"],
    "dvc.exceptions.DvcException": None,
    "dvc.lock.LockError": None,
    "dvc.lock.make_lock": ["lockfile", "tmp_dir"],
    "dvc.output.Output": ["workspace_status", "exists"],
    "dvc.repo.Repo": ["_wait_for_lock", "index", "scm"],
    "dvc.repo.index.Index": ["from_file", "graph"],
    "dvc.repo.reproduce.plan_repro": ["graph", "stages"],
    "dvc.stage.PipelineStage": ["path_in_repo", "status", "changed_stage"],
    "dvc_data.hashfile.tree.Tree": ["from_list", "digest"],
    "mlflow.protos.databricks_pb2.INVALID_PARAMETER_VALUE": None,
    "mlflow.pyfunc.FLAVOR_NAME": None,
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


@cache
def users() -> dict[str, list[str]]:
    """Each name that the package imports from DVC and MLflow, and the files that do."""
    found = defaultdict(list)
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.Constant) and str(node.value).startswith("dvc.commands."):
                names = [node.value]  # what `reelvec repro` loads ahead
            else:
                continue
            for name in names:
                if name.partition(".")[0] in ("dvc", "dvc_data", "dvc_objects", "mlflow"):
                    found[name].append(path.relative_to(SOURCE).as_posix())
    return dict(found)


def named(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        module, _, attribute = name.rpartition(".")
        return getattr(importlib.import_module(module), attribute)


def test_all_that_is_private_is_on_the_list() -> None:
    private = {
        name
        for name in users()
        if name in PRIVATE or not {name, name.rpartition(".")[0]} & DOCUMENTED
    }
    assert private == PRIVATE.keys()


@pytest.mark.parametrize("name", PRIVATE)
def test_what_is_private_is_still_there(name: str) -> None:
    where = f"of {', '.join(dict.fromkeys(users()[name]))}"
    try:
        thing = named(name)
    except (ImportError, AttributeError) as error:
        pytest.fail(f"{name} is gone, which the code {where} uses: {error}")
    there = {*dir(thing), *(inspect.signature(thing).parameters if callable(thing) else ())}
    gone = set(PRIVATE[name] or ()) - there
    assert not gone, f"{name} has no {', '.join(sorted(gone))} any more: see the code {where}"


def test_the_objects_of_dvc_have_what_is_asked_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, git: Callable[..., str]
) -> None:
    """What is set when they are made is no member of their class."""
    from dvc.repo import Repo

    git(tmp_path, "init", "--quiet")
    (tmp_path / ".dvc").mkdir()
    (tmp_path / "params.yaml").write_text("size: 1\n")
    (tmp_path / "dvc.yaml").write_text(
        "stages: {one: {cmd: touch out, params: [size], outs: [out]}}\n"
    )
    monkeypatch.chdir(tmp_path)
    with Repo(str(tmp_path), _wait_for_lock=True) as repo, repo.lock:
        (stage,) = repo.index.graph
        assert [stage] == list(repo.index.stages)
        assert (stage.name, stage.path_in_repo) == ("one", "dvc.yaml")
        assert Path(stage.path) == Path(repo.root_dir, "dvc.yaml")
        assert stage.status()
        (parameter,), (out,) = stage.deps, stage.outs
        assert (parameter.def_path, out.def_path) == ("params.yaml", "out")
        assert parameter.read_params() == {"size": 1}
        assert parameter.fs.exists(parameter.fs.join(parameter.repo.root_dir, "params.yaml"))
        assert out.use_cache
        assert out.workspace_status() == {"out": "deleted"}
        assert not repo.scm.is_ignored(out.fs_path)
