"""The variant that answers requests: the champion in MLflow's model registry.

Variants compete on the validation reviews; the test reviews have no say.
"""

from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from reelvec.errors import ReelvecError
from reelvec.files import read_json
from reelvec.mlflow_environment import prepare_environment
from reelvec.params import Params
from reelvec.run_record import is_trained, read_record
from reelvec.tracking import open_store, store_failure, store_location

if TYPE_CHECKING:
    from reelvec.mlflow_store import Store

NAME, CHAMPION = "reelvec", "champion"
SHOWN = f"{NAME}@{CHAMPION}"

VARIANT, ACCURACY, DIGEST = "variant", "valid_accuracy", "reelvec.model"
"""Tags of a version; the last one is a hash of the model's files."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A variant and its accuracy on the validation reviews."""

    variant: str
    accuracy: float

    def __str__(self) -> str:
        known = isfinite(self.accuracy)
        return f"{self.variant}, validation accuracy {f'{self.accuracy:.2%}' if known else '?'}"


def register_best(params: Params, root: Path = Path(), keep: bool = False) -> str:
    """Make the best trained variant the champion, if it is better than the present one.

    Args:
        params: the project's parameters.
        root: the project's folder.
        keep: leave a champion in its place, whatever is better.

    Returns:
        one line that says what was done, and why.

    Raises:
        ReelvecError: no variant is trained, or the store does not answer.
    """
    place = root.resolve()
    location = store_location(place)
    prepare_environment()
    try:
        store = open_store(location, params)
        found = _champion(store)
        if found is not None and keep:
            return f"{SHOWN} is version {found[0]} ({found[1]})"
        best = best_variant(params, place)
        if found is not None and best.accuracy <= found[1].accuracy:
            return (
                f"{SHOWN} stays version {found[0]} ({found[1]}): the best trained variant, "
                f"{best.variant} with {best.accuracy:.2%}, is not above it"
            )
        version = _crown(store, params, best, place)
    except ReelvecError:
        raise
    except Exception as error:
        raise store_failure(location, error, "make register") from error
    before = f"above version {found[0]} ({found[1]})" if found else "the first champion"
    return f"{SHOWN} is version {version} now ({best}): {before}"


def best_variant(params: Params, root: Path = Path()) -> Candidate:
    """The trained variant with the highest accuracy on the validation reviews, the first of equals.

    Raises:
        ReelvecError: there is none.
    """
    candidates = [
        Candidate(
            variant, float(read_json(root / f"reports/metrics/train/{variant}.json")[ACCURACY])
        )
        for variant in params.variants
        if is_trained(variant, root) and (root / f"data/models/{variant}").is_dir()
    ]
    if not candidates:
        raise ReelvecError(
            "data/models: no variant of params.yaml is trained; run `make repro` first"
        )
    return max(candidates, key=lambda candidate: candidate.accuracy)


def _champion(store: "Store") -> tuple[str, Candidate] | None:
    """The champion's version and what it is; None while there is no champion."""
    found = store.client.search_registered_models(f"name = '{NAME}'")
    if not found or CHAMPION not in found[0].aliases:
        return None
    version = store.client.get_model_version_by_alias(NAME, CHAMPION)
    # A version that somebody registered by hand has no accuracy: any is better.
    accuracy = float(version.tags.get(ACCURACY, -inf))
    return str(version.version), Candidate(version.tags.get(VARIANT, "of unknown origin"), accuracy)


def _crown(store: "Store", params: Params, best: Candidate, root: Path) -> str:
    """Register the model of a variant's run, unless it is, and give it the alias.

    Returns:
        its version.
    """
    with_model = params.model_copy(
        update={"tracking": params.tracking.model_copy(update={"model": True})}
    )
    record = read_record(with_model, best.variant, root)
    store.write(record)
    client = store.client
    with store.lock:
        if not client.search_registered_models(f"name = '{NAME}'"):
            client.create_registered_model(NAME)
        known = client.search_model_versions(f"name = '{NAME}'")
        same = [each for each in known if each.tags.get(DIGEST) == record.model_digest]
        if same:
            version = str(same[0].version)
        else:
            tags = {
                VARIANT: best.variant,
                ACCURACY: repr(best.accuracy),
                DIGEST: record.model_digest,
            }
            version = store.register(NAME, record.fingerprint, tags)
        client.set_registered_model_alias(NAME, CHAMPION, version)
    return version
