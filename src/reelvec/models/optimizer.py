"""Adam (Kingma and Ba 2015), by torch's own fused kernel."""

from collections.abc import Iterable
from typing import cast

import torch
from torch import Tensor
from torch.optim.adam import adam


class Adam:
    """What `torch.optim.Adam` does, without what it imports.

    The class in torch loads torch's compiler when it is made, which takes longer than training
    a small model. The function that it ends in does not.

    Args:
        parameters: tensors to change, float32, all on one device.
        learning_rate: size of a step; may be changed between steps.
        weight_decay: L2 penalty, added to the gradient.
    """

    def __init__(
        self, parameters: Iterable[Tensor], learning_rate: float, weight_decay: float = 0.0
    ) -> None:
        self._parameters = list(parameters)
        self.learning_rate, self._weight_decay = learning_rate, weight_decay
        self._means = [torch.zeros_like(parameter) for parameter in self._parameters]
        self._squares = [torch.zeros_like(parameter) for parameter in self._parameters]
        self._steps = [torch.zeros((), device=mean.device) for mean in self._means]

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for parameter in self._parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Change each parameter by its gradient, which must be there."""
        adam(
            self._parameters,
            cast("list[Tensor]", [parameter.grad for parameter in self._parameters]),
            self._means,
            self._squares,
            [],
            self._steps,
            fused=True,
            amsgrad=False,
            maximize=False,
            beta1=0.9,
            beta2=0.999,
            eps=1e-8,
            lr=self.learning_rate,
            weight_decay=self._weight_decay,
        )
