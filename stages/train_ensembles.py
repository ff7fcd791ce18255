"""Weigh the members of each ensemble on the validation reviews: to data/ensembles/."""

from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import replacing, write_json
from reelvec.base.project.params_file import read_entries
from reelvec.base.project.paths import ENSEMBLES, METRICS, PROCESSED, VALID
from reelvec.base.schema.ensembles import EnsembleParams
from reelvec.models.ensemble import fit_weighing
from reelvec.models.folders import folder_of_model
from reelvec.models.logits import load_validation_logits
from reelvec.text.dataset import Dataset


def main() -> None:
    """Run the stage."""
    labels = Dataset.load(PROCESSED / VALID).targets
    metrics = {}
    with replacing(ENSEMBLES) as folder:
        folder.mkdir()
        for name, each in read_entries(EnsembleParams).items():
            logits = {
                member: load_validation_logits(folder_of_model(member)) for member in each.members
            }
            weighing, accuracy = fit_weighing(logits, labels)
            weighing.save(folder / name)
            metrics[name] = {
                "valid_accuracy": accuracy,
                "trainable_parameters": len(each.members) + 1,
            }
            print(
                f"{name}: {accuracy:.2%} of the validation reviews right, each fold by the others"
            )
    write_json(METRICS / "train_ensembles.json", metrics)


if __name__ == "__main__":
    with shown_to_people():
        main()
