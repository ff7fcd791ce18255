"""The results in the README, written from the committed metrics and never by hand."""

from pathlib import Path

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import write_text
from reelvec.base.project.provenance import data_line
from reelvec.base.schema.whole import load_params
from reelvec.evaluation.comparison import Comparison
from reelvec.evaluation.comparison_report import answer, results_table
from reelvec.evaluation.tables import markdown_table

BEGIN = "<!-- results: written by `make readme` from reports/metrics, not by hand -->\n"
END = "<!-- end of results -->"


def with_results(readme: str, results: str) -> str:
    """The README with the part between its two markers replaced.

    Raises:
        ReelvecError: a marker is missing.
    """
    before, found, rest = readme.partition(BEGIN)
    _, found_end, after = rest.partition(END)
    if not found or not found_end:
        raise ReelvecError(f"README.md: the lines {BEGIN.strip()} and {END} mark the results")
    return f"{before}{BEGIN}\n{results}\n\n{END}{after}"


def current_readme(root: Path) -> str:
    """The README as the committed metrics would have it."""
    comparison = Comparison.load(root / "reports/metrics/comparison.json")
    results = "\n\n".join(
        [
            data_line(root / "reports/metrics/imdb.json"),
            markdown_table([row[:6] for row in results_table(comparison)]),
            answer(comparison, load_params(root / "params.yaml").variants),
        ]
    )
    return with_results((root / "README.md").read_text(encoding="utf-8"), results)


def write_readme(root: Path) -> None:
    """Bring the README up to date."""
    write_text(root / "README.md", current_readme(root))
