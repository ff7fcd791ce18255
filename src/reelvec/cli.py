"""The `reelvec` command."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from reelvec.errors import shown_to_people
from reelvec.terminal import tidy_output
from reelvec.terms import with_separate_signs

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
def readme() -> None:
    """Write the results into README.md, from the committed metrics."""
    from reelvec.readme import write_readme

    write_readme(Path())


def _complete_variant(context: typer.Context, incomplete: str) -> list[str]:
    from reelvec.trained import Trained

    names = Trained(context.params.get("project") or Path()).variants
    return [name for name in names if name.startswith(incomplete)]


def _complete_space(context: typer.Context, incomplete: str) -> list[str]:
    from reelvec.trained import Trained

    names = Trained(context.params.get("project") or Path()).spaces
    return [name for name in names if name.startswith(incomplete)]


def _examples(*commands: str) -> str:
    """Lines for the end of a command's help, which keep their ends."""
    return "\n".join(["\b", "Examples:", *(f"  {command}" for command in commands)])


class AnalogyCommand(TyperCommand):
    """A command whose arguments may begin with a minus."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Keep `- man` and `-man` from being taken for options."""
        return super().parse_args(ctx, with_separate_signs(args))


Project = Annotated[
    Path,
    typer.Option(
        help="The project's folder, or .demo after `make demo`.", envvar="REELVEC_PROJECT"
    ),
]
Space = Annotated[
    str | None,
    typer.Option(help="Which vectors; scratch by default.", autocompletion=_complete_space),
]
Spaces = Annotated[
    list[str] | None,
    typer.Option(
        "--space",
        help="Which vectors, more than once; all by default.",
        autocompletion=_complete_space,
    ),
]
Most = Annotated[int, typer.Option("--number", "-n", min=1, help="How many to show.")]
Restrict = Annotated[
    int | None, typer.Option(min=1, help="Look among so many of the most frequent words only.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON value a line, for programs.")]


@app.command(
    epilog=_examples(
        'reelvec predict "A wonderful film." "Don\'t waste your time."',
        "reelvec predict --file reviews.csv --column text --json",
        'reelvec predict --explain --variant scratch "Dull, but well played."',
        "reelvec predict < reviews.txt | sort -k2 -n | head",
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
    variant: Annotated[
        str | None,
        typer.Option(
            help="Which model; the best on the validation reviews by default.",
            autocompletion=_complete_variant,
        ),
    ] = None,
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
    from reelvec.classify import Style, read_texts, show_predictions
    from reelvec.trained import Trained

    texts = read_texts(text or [], file, column)
    style = Style(words if explain else None, as_json)
    show_predictions(Trained(project), variant, texts, style)


@app.command(
    epilog=_examples(
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
    from reelvec.ask import show_neighbors
    from reelvec.trained import Trained

    show_neighbors(Trained(project), word, space, number, restrict, as_json)


@app.command(
    cls=AnalogyCommand,
    epilog=_examples(
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
    from reelvec.ask import show_analogy
    from reelvec.trained import Trained

    show_analogy(Trained(project), terms, space, number, restrict, as_json)


@app.command(
    epilog=_examples(
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
    from reelvec.ask import show_similarity
    from reelvec.trained import Trained

    show_similarity(Trained(project), first, second, space, as_json)


@app.command(
    epilog=_examples(
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
    from reelvec.ask import show_comparison
    from reelvec.trained import Trained

    show_comparison(Trained(project), word, space, number, restrict, as_json)


@app.command(epilog=_examples("reelvec variants", "reelvec variants --json"))
def variants(as_json: AsJson = False, project: Project = Path()) -> None:
    """List the trained models, what they are and how good."""
    from reelvec.ask import show_variants
    from reelvec.trained import Trained

    show_variants(Trained(project), as_json)


@app.command(epilog=_examples("reelvec explore", "reelvec explore --no-browser"))
def explore(
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
    as_json: AsJson = False,
    project: Project = Path(),
) -> None:
    """Open the report of all results, served from this machine to itself until Ctrl-C."""
    from reelvec.explore import explore as serve

    serve(project, browser, as_json)


def main() -> None:
    """Run the command line; an error for people ends it with one message and status 1."""
    with shown_to_people(), tidy_output():
        app(prog_name="reelvec")
