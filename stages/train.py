"""Train one variant: data/processed/ or data/plain/ to data/models/<variant>/.

`torchrun` may start it as several processes, which train together; the first writes.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict

import reelvec.base.project.same_bytes
import reelvec.models.quiet_torch  # noqa: F401 (first: numpy and torch look once)

# isort: split
from reelvec.base.errors import ReelvecError, shown_to_people
from reelvec.base.project.files import write_json, write_text
from reelvec.base.project.params_file import entry_named, read_entries, read_section
from reelvec.base.project.paths import (
    MODELS,
    PLOTS,
    TRAIN_METRICS,
    reviews_of,
)
from reelvec.base.project.provenance import label_names
from reelvec.base.schema.training import TrainingParams
from reelvec.base.schema.variants import VariantParams
from reelvec.models.classifier import count_parameters
from reelvec.models.predictor import Predictor
from reelvec.models.processes import started_processes
from reelvec.models.rounds import TrainingParts, fit, vectors_named_by
from reelvec.models.training import Epoch, learning_curve, pick_device
from reelvec.text.tokenizer import Tokenizer
from reelvec.tracking.runs import open_run


@contextmanager
def shown_epochs(name: str) -> Iterator[Callable[[Epoch], None]]:
    """Where each epoch is told: in the terminal, and in MLflow while the training goes on."""
    with open_run(name) as run:

        def show(epoch: Epoch) -> None:
            values = asdict(epoch)
            run.log_metrics(values, step=values.pop("epoch"))
            print(
                f"{name} epoch {epoch.epoch}: loss {epoch.train_loss:.4f} train, "
                f"{epoch.valid_loss:.4f} valid; accuracy {epoch.train_accuracy:.2%} train, "
                f"{epoch.valid_accuracy:.2%} valid"
            )

        yield show


def main() -> None:
    """Run the stage for the variant that the command line names."""
    if len(sys.argv) != 2:
        raise ReelvecError("expected one argument, the variant: python stages/train.py scratch")
    name, entries = sys.argv[1], read_entries(VariantParams)
    params, training = entry_named(name, entries), read_section(TrainingParams)
    device = pick_device(training.device)
    with started_processes(device) as processes:
        data = reviews_of(params.text)
        tokenizer = Tokenizer.load(data)
        vectors, parts = vectors_named_by(params), TrainingParts.load(data)
        words, threads = tokenizer.vocabulary, training.threads
        with shown_epochs(name) if processes.leads else nullcontext(lambda _: None) as show:
            fitted = fit(params, words, parts, vectors, device, show, threads, processes)
    if not processes.leads:
        return

    tokenizer = tokenizer.limited(fitted.model.reader.words)
    predictor = Predictor(name, params, tokenizer, fitted.model, label_names())
    predictor.save(MODELS / name, fitted.validation_logits, fitted.unlabelled_logits)
    write_text(PLOTS / "training" / f"{name}.csv", learning_curve(fitted.history))
    parameters, trainable = count_parameters(fitted.model)
    write_json(
        TRAIN_METRICS / f"{name}.json",
        {
            **fitted.figures,
            "parameters": parameters,
            "trainable_parameters": trainable,
            "words_without_pretrained_vector": fitted.missing,
            "labelled_reviews": len(parts.training) + len(parts.validation),
            "unlabelled_reviews": len(parts.unlabelled) if params.self_training else 0,
        },
    )


if __name__ == "__main__":
    with shown_to_people():
        main()
