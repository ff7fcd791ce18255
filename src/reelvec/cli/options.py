"""Options that several commands of `reelvec` share, their completion, and examples for the help."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from reelvec.cli.sums import with_separate_signs


def complete_model(context: typer.Context, incomplete: str) -> list[str]:
    """The trained models that begin so."""
    from reelvec.evaluation.results import Results

    names = Results(context.params.get("project") or Path()).models
    return [name for name in names if name.startswith(incomplete)]


def complete_space(context: typer.Context, incomplete: str) -> list[str]:
    """The spaces that begin so."""
    from reelvec.evaluation.results import Results

    names = Results(context.params.get("project") or Path()).spaces
    return [name for name in names if name.startswith(incomplete)]


def examples(*commands: str) -> str:
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
    typer.Option(help="Which vectors; scratch by default.", autocompletion=complete_space),
]
Spaces = Annotated[
    list[str] | None,
    typer.Option(
        "--space",
        help="Which vectors, more than once; all by default.",
        autocompletion=complete_space,
    ),
]
Most = Annotated[int, typer.Option("--number", "-n", min=1, help="How many to show.")]
Restrict = Annotated[
    int | None, typer.Option(min=1, help="Look among so many of the most frequent words only.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON value a line, for programs.")]
Variant = Annotated[
    str | None,
    typer.Option(
        help="Which model; the best model on the validation reviews by default.",
        autocompletion=complete_model,
    ),
]
