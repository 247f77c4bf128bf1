"""Adam on torch's tensors, on any device."""

from collections.abc import Mapping

import torch

from interplay.adam import BETAS, EPS, GROUPS, AdamState, Arrays

Tensors = dict[str, torch.Tensor]


class TorchAdam:
    """Adam (betas 0.9 and 0.999, eps 1e-8) on its own copies of a state's weights.

    The kernel is that of `torch.optim.Adam`, which would import torch's compiler with it,
    1.5 s of each job.
    """

    def __init__(self, state: AdamState, steps: int, learning_rate: float, device: str):
        """Take a state up, as it was after `steps` steps."""
        self.weights = _tensors(state.weights, device)
        self._means = _tensors(state.means, device)
        self._squares = _tensors(state.squares, device)
        self._steps = [torch.tensor(float(steps), device=device) for _ in self.weights]
        self._learning_rate = learning_rate
        for weight in self.weights.values():
            weight.requires_grad_()

    @torch.no_grad()
    def step(self, gradients: Mapping[str, torch.Tensor]) -> None:
        """Change the weights by one step, in place, given the gradient by each."""
        torch._foreach_add_(self._steps, 1)
        torch._fused_adam_(
            list(self.weights.values()),
            [gradients[name] for name in self.weights],
            list(self._means.values()),
            list(self._squares.values()),
            [],
            self._steps,
            amsgrad=False,
            beta1=BETAS[0],
            beta2=BETAS[1],
            lr=self._learning_rate,
            weight_decay=0.0,
            eps=EPS,
            maximize=False,
        )

    def put_down(self) -> dict[str, Arrays]:
        """Return copies, as arrays, of the groups of an `AdamState`."""
        groups = self.weights, self._means, self._squares
        return {
            name: _arrays(tensors) for name, tensors in zip(GROUPS, groups, strict=True)
        }


def _tensors(arrays: Arrays, device: str) -> Tensors:
    return {name: torch.tensor(array, device=device) for name, array in arrays.items()}


def _arrays(tensors: Tensors) -> Arrays:
    return {
        name: tensor.detach().to("cpu", copy=True).numpy()
        for name, tensor in tensors.items()
    }
