"""What every model of the results table can do: variants, baselines, students, ensembles."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from reelvec.base.project.provenance import LabelNames
from reelvec.base.project.section import Text
from reelvec.models.logits import Logits
from reelvec.text.ragged import Ragged

if TYPE_CHECKING:
    from reelvec.text.tokenizer import Tokenizer


class Model(Protocol):
    """A trained model with all that it needs to read a review."""

    @property
    def name(self) -> str:
        """Its entry in `params.yaml`."""
        ...

    @property
    def texts(self) -> frozenset[Text]:
        """The kinds of text that it reads."""
        ...

    @property
    def labels(self) -> LabelNames:
        """What its data calls negative and positive reviews."""
        ...

    def logits(self, texts: Sequence[str]) -> Logits:
        """Log odds of `positive` of raw texts, float64 (texts,)."""
        ...

    def logits_of(self, reviews: Mapping[Text, Ragged]) -> Logits:
        """The same of reviews that are vocabulary ids already, by kind of text."""
        ...


@runtime_checkable
class SingleModel(Model, Protocol):
    """Any but an ensemble: a dataclass that reads one kind of text."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def tokenizer(self) -> "Tokenizer":
        """How its reviews became ids."""
        ...
