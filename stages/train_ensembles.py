"""Weigh the members of each ensemble on the validation reviews: to data/ensembles/."""

from pathlib import Path

import reelvec.base.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.files import replacing, write_json
from reelvec.base.schema.whole import load_params
from reelvec.models.ensemble import fit_ensemble, load_validation_logits
from reelvec.text.dataset import Dataset

DATA = Path("data")


def main() -> None:
    """Run the stage."""
    params = load_params()
    labels = Dataset.load(DATA / "processed" / "valid").targets
    metrics = {}
    with replacing(DATA / "ensembles") as folder:
        folder.mkdir()
        for name, each in params.ensembles.items():
            logits = {
                member: load_validation_logits(
                    DATA / ("models" if member in params.variants else "baselines") / member
                )
                for member in each.members
            }
            ensemble, accuracy = fit_ensemble(logits, labels)
            ensemble.save(folder / f"{name}.json")
            metrics[name] = {
                "valid_accuracy": accuracy,
                "trainable_parameters": len(each.members) + 1,
            }
            print(
                f"{name}: {accuracy:.2%} of the validation reviews right, each fold by the others"
            )
    write_json(Path("reports/metrics/train_ensembles.json"), metrics)


if __name__ == "__main__":
    with shown_to_people():
        main()
