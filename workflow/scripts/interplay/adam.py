"""Adam, so that it can be put down between two steps and taken up again to the bit."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch.optim.adam import adam

Tensors = dict[str, torch.Tensor]


@dataclass(frozen=True)
class AdamState:
    """Weights and Adam's moments of them, by the same names, on the CPU."""

    weights: Tensors
    means: Tensors
    """first moments"""
    squares: Tensors
    """second moments"""


GROUPS = ("weights", "means", "squares")


def at_rest(weights: Mapping[str, np.ndarray]) -> dict[str, Tensors]:
    """Return the groups of an `AdamState` before the first step, moments of zero."""
    tensors = {name: torch.from_numpy(array) for name, array in weights.items()}
    means, squares = (
        {name: torch.zeros_like(tensor) for name, tensor in tensors.items()}
        for _ in range(2)
    )
    return {"weights": tensors, "means": means, "squares": squares}


class Adam:
    """Adam (betas 0.9 and 0.999, eps 1e-8) on its own copies of a state's weights.

    The kernel is that of `torch.optim.Adam`, which would import torch's compiler with it:
    1.5 s of each job, a tenth of the shortest trainings.
    """

    def __init__(self, state: AdamState, steps: int, learning_rate: float, device: str):
        """Take a state up, as it was after `steps` steps."""
        self.weights = _copies(state.weights, device)
        self._means = _copies(state.means, device)
        self._squares = _copies(state.squares, device)
        self._steps = [torch.tensor(float(steps), device=device) for _ in self.weights]
        self._learning_rate = learning_rate
        for weight in self.weights.values():
            weight.requires_grad_()

    @torch.no_grad()
    def step(self, gradients: Mapping[str, torch.Tensor]) -> None:
        """Change the weights by one step, in place, given the gradient by each."""
        adam(
            list(self.weights.values()),
            [gradients[name] for name in self.weights],
            list(self._means.values()),
            list(self._squares.values()),
            [],
            self._steps,
            fused=True,
            amsgrad=False,
            beta1=0.9,
            beta2=0.999,
            lr=self._learning_rate,
            weight_decay=0.0,
            eps=1e-8,
            maximize=False,
        )

    def put_down(self) -> dict[str, Tensors]:
        """Return copies, on the CPU, of the groups of an `AdamState`."""
        groups = self.weights, self._means, self._squares
        return {
            name: _copies(tensors, "cpu")
            for name, tensors in zip(GROUPS, groups, strict=True)
        }


def _copies(tensors: Tensors, device: str) -> Tensors:
    return {name: t.detach().to(device, copy=True) for name, t in tensors.items()}
