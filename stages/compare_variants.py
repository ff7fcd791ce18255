"""Hold all models against each other: predictions and metrics to reports/comparison.md."""

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import write_json, write_text
from reelvec.base.project.params_file import read_entries, read_section
from reelvec.base.project.paths import COMPARISON, METRICS, REPORTS
from reelvec.base.project.provenance import data_line
from reelvec.base.schema.baselines import BaselineParams
from reelvec.base.schema.ensembles import EnsembleParams
from reelvec.base.schema.evaluation import EvaluationParams
from reelvec.base.schema.variants import VariantParams
from reelvec.evaluation.comparison import compare
from reelvec.evaluation.comparison_report import answer, comparison_markdown
from reelvec.evaluation.origins import Origins
from reelvec.evaluation.predictions import check_leftovers, load_predictions


def main() -> None:
    """Run the stage."""
    variants = read_entries(VariantParams)
    check_leftovers(variants)
    others = [name for kind in (BaselineParams, EnsembleParams) for name in read_entries(kind)]
    predictions = load_predictions([*variants, *others])
    confidence = read_section(EvaluationParams).confidence
    comparison = compare(predictions, Origins.load(), METRICS, confidence)
    write_json(COMPARISON, comparison.as_json())
    write_text(REPORTS / "comparison.md", comparison_markdown(comparison, variants, data_line()))
    print(answer(comparison, variants))


if __name__ == "__main__":
    with shown_to_people():
        main()
