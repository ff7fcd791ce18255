"""The commands of `reelvec`."""

from pathlib import Path
from typing import Annotated

import typer

from reelvec.cli.options import (
    AnalogyCommand,
    AsJson,
    Most,
    Project,
    Restrict,
    Space,
    Spaces,
    Variant,
    examples,
)

app = typer.Typer(
    help="Word embeddings from scratch against frozen GloVe, on film reviews.",
    no_args_is_help=True,
    # Plain help: to import what draws frames takes longer than all the rest.
    rich_markup_mode=None,
)


@app.command()
def demo(
    workspace: Annotated[
        Path, typer.Option(help="Where to run; an earlier workspace there is replaced.")
    ] = Path(".demo"),
) -> None:
    """Run the whole pipeline on the bundled sample, in a workspace of its own."""
    from reelvec.cli.demo import run_demo

    run_demo(Path(), workspace)


@app.command(
    epilog=examples("reelvec repro", "reelvec repro train@gru --jobs 1", "reelvec repro --force")
)
def repro(
    stages: Annotated[
        list[str] | None, typer.Argument(help="Stages, with all that they need; all by default.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="Stages at a time; cores by default.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", "-f", help="Run what did not change too.")
    ] = False,
) -> None:
    """Run the stages that changed, as `dvc repro` does, but independent ones side by side."""
    from reelvec.base.schema.whole import load_params
    from reelvec.cli.repro import LOG, cores, reproduce

    load_params()
    ended = reproduce(Path(), stages or (), jobs=jobs or cores(), force=force)
    print(f"{len(ended)} stages, all they printed in {LOG}" if ended else "nothing has changed")


@app.command("check-params")
def check_params() -> None:
    """See that the whole of params.yaml can be used, before the first stage runs."""
    from reelvec.base.schema.whole import load_params

    load_params()


@app.command("check-lock")
def check_lock() -> None:
    """Say which stages no longer match params.yaml, dvc.yaml and the code; needs no data."""
    from reelvec.base.schema.whole import load_params
    from reelvec.cli.check_lock import stale_stages

    stale = stale_stages(Path())
    load_params()
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
    from reelvec.base.schema.whole import load_params
    from reelvec.tracking.runs import record_all

    record_all(load_params())


@app.command()
def register(
    if_none: Annotated[
        bool, typer.Option("--if-none", help="Leave a champion that is there in its place.")
    ] = False,
) -> None:
    """Make the best model the champion of MLflow's model registry, if it is better."""
    from reelvec.base.schema.whole import load_params
    from reelvec.tracking.registry import register_best

    print(register_best(load_params(), keep=if_none))


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of this machine alone.")] = 5001,
    workers: Annotated[int, typer.Option(min=1, help="Processes that answer.")] = 2,
) -> None:
    """Let the champion answer requests, until Ctrl-C; the best model is one if there is none."""
    from reelvec.cli.serve import serve as become_server

    become_server(port, workers)


@app.command()
def readme() -> None:
    """Write the results and the pipeline into README.md, from the metrics and dvc.yaml."""
    from reelvec.cli.readme import write_readme

    write_readme(Path())


@app.command()
def page(project: Project = Path()) -> None:
    """Write reports/index.html: all results, this commit, the pipeline and the study."""
    from reelvec.report.page import write_page

    print(f"wrote {write_page(project)}: `reelvec explore` opens it")


@app.command(
    epilog=examples(
        'reelvec predict "A wonderful film." "Don\'t waste your time."',
        "reelvec predict --file reviews.csv --column text --json",
        'reelvec predict --explain --variant scratch "Dull, but well played."',
        "reelvec predict < reviews.txt | sort -k2 -n | head",
        "tail -f reviews.txt | reelvec predict -",
    )
)
def predict(
    text: Annotated[
        list[str] | None, typer.Argument(help="Reviews; `-` reads one a line from a pipe.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="A text file, one review a line, or .csv, .tsv, .parquet.")
    ] = None,
    column: Annotated[
        str | None, typer.Option(help="Where a table has the reviews; `text` by default.")
    ] = None,
    variant: Variant = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show the words that decided.")
    ] = False,
    words: Annotated[int, typer.Option(min=1, help="How many of them.")] = 8,
    as_json: AsJson = False,
    project: Project = Path(),
) -> None:
    """Say whether reviews are positive, and how probable that is.

    With --explain each word has what it adds to the logit: positive above 0, negative below.
    """
    from reelvec.cli.predict import Style, read_texts, show_predictions

    reviews = read_texts(text or [], file, column)
    style = Style(words if explain else None, as_json)
    show_predictions(project, variant, reviews, style)


@app.command(
    epilog=examples(
        "reelvec neighbors wonderful",
        "reelvec neighbors wonderful --space glove -n 5 --restrict 30000",
    )
)
def neighbors(
    word: Annotated[str, typer.Argument(help="A word of the space.")],
    space: Space = None,
    number: Most = 10,
    restrict: Restrict = None,
    as_json: AsJson = False,
    project: Project = Path(),
) -> None:
    """Show the words that are nearest to a word, by the cosine of their vectors."""
    from reelvec.cli.words import show_neighbors

    show_neighbors(project, word, space, number, restrict, as_json)


@app.command(
    cls=AnalogyCommand,
    epilog=examples(
        "reelvec analogy king - man + woman --space glove",
        "reelvec analogy actor -man +woman -n 3",
    ),
)
def analogy(
    terms: Annotated[list[str], typer.Argument(help="Words with + or - before them.")],
    space: Space = None,
    number: Most = 10,
    restrict: Restrict = None,
    as_json: AsJson = False,
    project: Project = Path(),
) -> None:
    """Show the words that are nearest to a sum of words: king - man + woman."""
    from reelvec.cli.words import show_analogy

    show_analogy(project, terms, space, number, restrict, as_json)


@app.command(
    epilog=examples(
        "reelvec similarity good great",
        "reelvec similarity good bad --space scratch --space glove",
    )
)
def similarity(
    first: Annotated[str, typer.Argument(help="A word.")],
    second: Annotated[str, typer.Argument(help="Another one.")],
    space: Spaces = None,
    as_json: AsJson = False,
    project: Project = Path(),
) -> None:
    """Show how near two words are to each other, in all spaces."""
    from reelvec.cli.words import show_similarity

    show_similarity(project, first, second, space, as_json)


@app.command(
    epilog=examples(
        "reelvec compare wonderful", "reelvec compare wonderful --space scratch --space glove -n 5"
    )
)
def compare(
    word: Annotated[str, typer.Argument(help="A word.")],
    space: Spaces = None,
    number: Most = 10,
    restrict: Restrict = None,
    as_json: AsJson = False,
    project: Project = Path(),
) -> None:
    """Show a word's neighbours in all spaces side by side."""
    from reelvec.cli.words import show_comparison

    show_comparison(project, word, space, number, restrict, as_json)


@app.command(epilog=examples("reelvec variants", "reelvec variants --json"))
def variants(as_json: AsJson = False, project: Project = Path()) -> None:
    """List the trained models, what they are and how good."""
    from reelvec.cli.words import show_variants

    show_variants(project, as_json)


@app.command(epilog=examples("reelvec explore", "reelvec explore --no-browser"))
def explore(
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
    as_json: AsJson = False,
    project: Project = Path(),
) -> None:
    """Open the report of all results, served from this machine to itself until Ctrl-C."""
    from reelvec.cli.explore import explore as serve

    serve(project, browser, as_json)
