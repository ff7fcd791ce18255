"""What each student's teachers together say of the unlabelled reviews: to data/lessons/."""

import reelvec.base.project.same_bytes  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import shown_to_people
from reelvec.base.project.files import replacing, save_array
from reelvec.base.project.params_file import read_entries
from reelvec.base.project.paths import LESSONS, PROCESSED, VALID
from reelvec.base.schema.students import StudentParams
from reelvec.models.ensemble import fit_weighing
from reelvec.models.folders import folder_of_model
from reelvec.models.logits import (
    load_unlabelled_logits,
    load_validation_logits,
    probabilities_of,
)
from reelvec.text.dataset import Dataset


def main() -> None:
    """Run the stage."""
    labels = Dataset.load(PROCESSED / VALID).targets
    with replacing(LESSONS) as folder:
        folder.mkdir()
        for name, params in read_entries(StudentParams).items():
            teachers = {teacher: folder_of_model(teacher) for teacher in params.teachers}
            logits = {each: load_validation_logits(path) for each, path in teachers.items()}
            weighing, accuracy = fit_weighing(logits, labels)
            judged = {each: load_unlabelled_logits(teachers[each]) for each in weighing.members}
            lesson = probabilities_of(weighing.combined(judged))
            save_array(folder / f"{name}.npy", lesson)
            print(f"{name}: {accuracy:.2%} of the validation reviews right by its teachers")


if __name__ == "__main__":
    with shown_to_people():
        main()
