"""Train one variant: data/processed/ to data/models/<variant>/."""

import sys
from dataclasses import asdict
from pathlib import Path

from reelvec.dataset import Dataset
from reelvec.errors import ReelvecError, shown_to_people
from reelvec.files import write_json, write_text
from reelvec.models import count_parameters
from reelvec.params import load_params
from reelvec.predictor import Predictor
from reelvec.pretrained import load_glove
from reelvec.tracking import open_run
from reelvec.training import Epoch, initial_embedding, learning_curve, pick_device, train
from reelvec.vocabulary import Vocabulary

PROCESSED = Path("data/processed")
REPORTS = Path("reports")


def main() -> None:
    """Run the stage for the variant that the command line names."""
    if len(sys.argv) != 2:
        raise ReelvecError("expected one argument, the variant: python stages/train.py scratch")
    name, all_params = sys.argv[1], load_params()
    params = all_params.variant(name)
    glove = load_glove(Path("data/raw/glove")) if params.embedding == "glove" else None
    tokens = Vocabulary.load(PROCESSED / "vocab.tsv").tokens
    embedding = initial_embedding(params, tokens, glove)
    tokens = tokens[: len(embedding.weight)]
    device = pick_device(all_params.training.device)

    with open_run(all_params, name) as run:

        def report(epoch: Epoch) -> None:
            values = asdict(epoch)
            run.log_metrics(values, step=values.pop("epoch"))
            print(
                f"{name} epoch {epoch.epoch}: loss {epoch.train_loss:.4f} train, "
                f"{epoch.valid_loss:.4f} valid; accuracy {epoch.train_accuracy:.2%} train, "
                f"{epoch.valid_accuracy:.2%} valid"
            )

        trained = train(
            params,
            embedding,
            Dataset.load(PROCESSED / "train"),
            Dataset.load(PROCESSED / "valid"),
            device,
            report,
            all_params.training.threads,
        )

    Predictor(name, params, all_params.preprocess, tokens, trained.model).save(
        Path("data/models") / name
    )
    write_text(REPORTS / "plots" / "training" / f"{name}.csv", learning_curve(trained.history))
    parameters, trainable = count_parameters(trained.model)
    best = asdict(trained.best)
    write_json(
        REPORTS / "metrics" / "train" / f"{name}.json",
        {
            "best_epoch": best.pop("epoch"),
            "epochs": len(trained.history),
            **best,
            "parameters": parameters,
            "trainable_parameters": trainable,
            "words_without_pretrained_vector": embedding.missing.sum(),
        },
    )


if __name__ == "__main__":
    with shown_to_people():
        main()
