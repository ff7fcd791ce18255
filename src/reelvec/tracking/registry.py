"""The model that answers requests: the champion in MLflow's model registry.

Models compete on the validation reviews; the test reviews have no say.
"""

from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from reelvec.base.errors import ReelvecError
from reelvec.base.schema.whole import Params
from reelvec.evaluation.results import Results
from reelvec.tracking.record import RunRecord, is_trained, read_record
from reelvec.tracking.runs import open_store, store_failure, store_location

if TYPE_CHECKING:
    from reelvec.tracking.store import Store

NAME, CHAMPION = "reelvec", "champion"
SHOWN = f"{NAME}@{CHAMPION}"

MODEL, ACCURACY, DIGEST = "model", "valid_accuracy", "reelvec.model"
"""Tags of a version; the last one is a hash of the model's files."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model and its accuracy on the validation reviews."""

    model: str
    accuracy: float

    def __str__(self) -> str:
        known = isfinite(self.accuracy)
        return f"{self.model}, validation accuracy {f'{self.accuracy:.2%}' if known else '?'}"


def register_best(params: Params, root: Path = Path(), keep: bool = False) -> str:
    """Make the best trained model the champion, if it is better than the present one.

    Args:
        params: the project's parameters.
        root: the project's folder.
        keep: leave a champion in its place, whatever is better.

    Returns:
        one line that says what was done, and why.

    Raises:
        ReelvecError: no model is trained, or the store does not answer.
    """
    place = root.resolve()
    location = store_location(place)
    # A champion that stays needs nothing that is trained here.
    best = None if keep else best_model(params, place)
    try:
        store = open_store(location, params.tracking.experiment)
        champion = _champion(store)
        if champion is not None and keep:
            return f"{SHOWN} is version {champion.version} ({champion.candidate})"
        best = best or best_model(params, place)
        record = _record(params, best.model, place)
        if champion is not None and not champion.gives_way_to(best, _digest(record)):
            return (
                f"{SHOWN} stays version {champion.version} ({champion.candidate}): the best "
                f"trained model, {best.model} with {best.accuracy:.2%}, is not above it"
            )
        version = _crown(store, best, record)
    except ReelvecError:
        raise
    except Exception as error:
        raise store_failure(location, error, "make register") from error
    if champion is None:
        why = "the first champion"
    elif best.accuracy > champion.candidate.accuracy:
        why = f"above version {champion.version} ({champion.candidate})"
    else:
        why = f"the same model as version {champion.version}, packed anew"
    return f"{SHOWN} is version {version} now ({best}): {why}"


def best_model(params: Params, root: Path = Path()) -> Candidate:
    """The trained model with the highest accuracy on the validation reviews, the first of equals.

    Raises:
        ReelvecError: there is none.
    """
    trained = Results(root)
    names = [name for name in params.models if is_trained(name, root)]
    if not names:
        raise ReelvecError(
            "data/models: no model of params.yaml is trained; run `make repro` first"
        )
    best = trained.best(names)
    return Candidate(best, trained.valid_accuracy(best))


@dataclass(frozen=True, slots=True)
class _Champion:
    """What answers requests now: its version, what it is, and the hash of what is served."""

    version: str
    candidate: Candidate
    digest: str

    def gives_way_to(self, best: Candidate, digest: str) -> bool:
        """Whether the other is better, or is the same model with other files or other code."""
        return best.accuracy > self.candidate.accuracy or (
            best == self.candidate and digest != self.digest
        )


def _champion(store: "Store") -> _Champion | None:
    found = store.client.search_registered_models(f"name = '{NAME}'")
    if not found or CHAMPION not in found[0].aliases:
        return None
    version = store.client.get_model_version_by_alias(NAME, CHAMPION)
    # A version that somebody registered by hand has no accuracy: any is better.
    accuracy = float(version.tags.get(ACCURACY, -inf))
    candidate = Candidate(version.tags.get(MODEL, "of unknown origin"), accuracy)
    return _Champion(str(version.version), candidate, version.tags.get(DIGEST, ""))


def _record(params: Params, model: str, root: Path) -> RunRecord:
    """What the run of a model holds, the model itself with it."""
    with_model = params.model_copy(
        update={"tracking": params.tracking.model_copy(update={"model": True})}
    )
    return read_record(with_model, model, root)


def _digest(record: RunRecord) -> str:
    from reelvec.export.mlflow_folder import served_digest

    return served_digest(record.model_digest)


def _crown(store: "Store", best: Candidate, record: RunRecord) -> str:
    """Register the model of a run, unless it is, and give it the alias.

    Returns:
        its version.
    """
    store.write(record)
    client, digest = store.client, _digest(record)
    with store.writing, store.lock:
        if not client.search_registered_models(f"name = '{NAME}'"):
            client.create_registered_model(NAME)
        known = client.search_model_versions(f"name = '{NAME}'")
        same = [each for each in known if each.tags.get(DIGEST) == digest]
        if same:
            version = str(same[0].version)
        else:
            tags = {MODEL: best.model, ACCURACY: repr(best.accuracy), DIGEST: digest}
            version = store.register(NAME, record.fingerprint, tags)
        client.set_registered_model_alias(NAME, CHAMPION, version)
    return version
