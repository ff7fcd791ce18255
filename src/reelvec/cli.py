"""The `reelvec` command."""

from pathlib import Path
from typing import Annotated

import typer

from reelvec.errors import shown_to_people

app = typer.Typer(
    help="Word embeddings from scratch against frozen GloVe, on film reviews.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command()
def demo(
    workspace: Annotated[
        Path, typer.Option(help="Where to run; an earlier workspace there is replaced.")
    ] = Path(".demo"),
) -> None:
    """Run the whole pipeline on the bundled sample, in a workspace of its own."""
    from reelvec.demo import run_demo

    run_demo(Path(), workspace)


@app.command("check-lock")
def check_lock() -> None:
    """Say which stages no longer match dvc.lock; needs no data and no network."""
    from reelvec.lock import stale_stages

    stale = stale_stages(Path())
    if not stale:
        print("dvc.lock matches dvc.yaml, params.yaml and the code")
        return
    for stage, reasons in stale.items():
        print(f"{stage}: {'; '.join(reasons)}")
    print(f"{len(stale)} stale: run `make repro` and commit dvc.lock")
    raise typer.Exit(1)


@app.command()
def track() -> None:
    """Write the MLflow runs that are missing, from what DVC holds."""
    from reelvec.params import load_params
    from reelvec.tracking import record_all

    record_all(load_params())


@app.command()
def register(
    if_none: Annotated[
        bool, typer.Option("--if-none", help="Leave a champion that is there in its place.")
    ] = False,
) -> None:
    """Make the best variant the champion of MLflow's model registry, if it is better."""
    from reelvec.params import load_params
    from reelvec.registry import register_best

    print(register_best(load_params(), keep=if_none))


@app.command()
def readme() -> None:
    """Write the results into README.md, from the committed metrics."""
    from reelvec.readme import write_readme

    write_readme(Path())


def main() -> None:
    """Run the command line; an error for people ends it with one message and status 1."""
    with shown_to_people():
        app()
