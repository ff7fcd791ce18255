"""What is written into the README and never by hand: answers, results, and the pipeline."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from reelvec.base.errors import ReelvecError
from reelvec.base.project.files import write_text
from reelvec.base.project.paths import COMPARISON, IMDB_METRICS, PARAMS
from reelvec.base.project.provenance import data_line
from reelvec.base.schema.whole import load_params
from reelvec.evaluation.comparison import Comparison
from reelvec.evaluation.comparison_report import answer, results_table
from reelvec.evaluation.tables import markdown_table

FROM = {
    "question": "reports and studies",
    "results": "reports/metrics",
    "pipeline": "dvc.yaml",
    "studies": "studies",
}


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
    from reelvec.report.question import answers, question_markdown

    comparison = Comparison.load(root / COMPARISON)
    results = "\n\n".join(
        [
            data_line(root / IMDB_METRICS),
            markdown_table([row[:8] for row in results_table(comparison)]),
            answer(comparison, load_params(root / PARAMS).variants),
        ]
    )
    readme = (root / "README.md").read_text(encoding="utf-8")
    readme = with_part(readme, "question", question_markdown(answers(root)))
    readme = with_part(readme, "results", results)
    readme = with_part(readme, "studies", studies_markdown(root))
    return with_part(readme, "pipeline", f"```mermaid\n{mermaid(root)}\n```")


def studies_markdown(root: Path) -> str:
    """How large the learning curves and the grid of embeddings are, from their parameters."""
    curves = _params(root, "learning_curves")["curves"]["seeds"]
    grid = _params(root, "embeddings")["features"]
    sizes = f"{min(curves):,} to {max(curves):,}"
    seeds = ", ".join(str(each) for each in sorted(set(curves.values()), reverse=True))
    return (
        f"- [studies/learning_curves](studies/learning_curves/reports/curves.md): accuracy with "
        f"{sizes} training reviews and without any label, {seeds} seeds (the more, the fewer the "
        "reviews), and [what preprocessing does]"
        "(studies/learning_curves/reports/preprocessing.md).\n"
        f"- [studies/embeddings](studies/embeddings/reports/features.md): "
        f"{len(grid['embeddings'])} embeddings, frozen and fine-tuned, under "
        f"{len(grid['encoders'])} encoders, {grid['seeds']} seeds."
    )


def _params(root: Path, study: str) -> dict[str, Any]:
    path = root / "studies" / study / "params.yaml"
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return found


def write_readme(root: Path) -> None:
    """Bring the README up to date."""
    write_text(root / "README.md", current_readme(root))
