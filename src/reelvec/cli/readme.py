"""What is written into the README and never by hand: the results, and the pipeline."""

from pathlib import Path

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import write_text
from reelvec.base.project.paths import COMPARISON, IMDB_METRICS, PARAMS
from reelvec.base.project.provenance import data_line
from reelvec.base.schema.whole import load_params
from reelvec.evaluation.comparison import Comparison
from reelvec.evaluation.comparison_report import answer, results_table
from reelvec.evaluation.tables import markdown_table

FROM = {"results": "reports/metrics", "pipeline": "dvc.yaml"}


def with_part(readme: str, name: str, text: str) -> str:
    """The README with what stands between the two marks of a part replaced.

    Raises:
        ReelvecError: a mark is missing.
    """
    begin = f"<!-- {name}: written by `make readme` from {FROM[name]}, not by hand -->\n"
    end = f"<!-- end of {name} -->"
    before, found, rest = readme.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise ReelvecError(f"README.md: the lines {begin.strip()} and {end} mark the {name}")
    return f"{before}{begin}\n{text}\n\n{end}{after}"


def current_readme(root: Path) -> str:
    """The README as the committed metrics and `dvc.yaml` would have it."""
    from reelvec.report.figures.pipeline import mermaid

    comparison = Comparison.load(root / COMPARISON)
    results = "\n\n".join(
        [
            data_line(root / IMDB_METRICS),
            markdown_table([row[:8] for row in results_table(comparison)]),
            answer(comparison, load_params(root / PARAMS).variants),
        ]
    )
    readme = with_part((root / "README.md").read_text(encoding="utf-8"), "results", results)
    return with_part(readme, "pipeline", f"```mermaid\n{mermaid(root)}\n```")


def write_readme(root: Path) -> None:
    """Bring the README up to date."""
    write_text(root / "README.md", current_readme(root))
