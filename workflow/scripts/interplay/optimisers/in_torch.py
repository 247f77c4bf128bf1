"""The same optimisers on torch's tensors, on any device."""

from collections.abc import Iterable, Mapping

import torch

from interplay.optimisers.adam import BETAS, EPS, MEANS, PEAKS, SQUARES
from interplay.optimisers.state import Arrays, OptimiserState

Tensors = dict[str, torch.Tensor]


class TorchAdam:
    """Adam (betas 0.9 and 0.999) or AMSGrad; see `interplay.optimisers.adam.Adam`.

    It calls the kernel of `torch.optim.Adam` directly. The class itself imports torch's
    compiler, which adds 1.5 s to each job.
    """

    def __init__(
        self,
        state: OptimiserState,
        steps: int,
        learning_rate: float,
        device: str,
        eps: float = EPS,
    ):
        """Continue from a state.

        Args:
            state: weights and moments after `steps` steps.
            steps: how many steps led to the state.
            learning_rate: step size, in units of the weights.
            device: "cpu" or "cuda".
            eps: added to the root of the squares.
        """
        self.weights = _tensors(state.weights, device)
        self._moments = {
            name: _tensors(arrays, device) for name, arrays in state.moments.items()
        }
        self._trained = list(self._moments[MEANS])
        self._steps = [torch.tensor(float(steps), device=device) for _ in self._trained]
        self._learning_rate, self._eps = learning_rate, eps
        for name in self._trained:
            self.weights[name].requires_grad_()

    @torch.no_grad()
    def step(self, gradients: Mapping[str, torch.Tensor]) -> None:
        """Change the trained weights by one step, in place, given the gradient by each."""
        torch._foreach_add_(self._steps, 1)  # pyright: ignore[reportPrivateImportUsage]
        torch._fused_adam_(  # pyright: ignore[reportPrivateImportUsage]
            self._in_order(self.weights),
            self._in_order(gradients),
            self._in_order(self._moments[MEANS]),
            self._in_order(self._moments[SQUARES]),
            self._in_order(self._moments.get(PEAKS)),
            self._steps,
            amsgrad=PEAKS in self._moments,
            beta1=BETAS[0],
            beta2=BETAS[1],
            lr=self._learning_rate,
            weight_decay=0.0,
            eps=self._eps,
            maximize=False,
        )

    def _in_order(self, tensors: Mapping[str, torch.Tensor] | None) -> list[torch.Tensor]:
        # The fused kernel writes where it is told, whatever the shapes.
        return [tensors[name] for name in self._trained] if tensors else []

    def snapshot(self) -> OptimiserState:
        """Return copies of the weights and moments, as arrays."""
        moments = {name: _arrays(tensors) for name, tensors in self._moments.items()}
        return OptimiserState(_arrays(self.weights), moments)


class TorchGradientDescent:
    """Plain gradient descent; see `interplay.optimisers.gradient_descent`."""

    def __init__(
        self,
        state: OptimiserState,
        learning_rate: float,
        trained: Iterable[str],
        device: str,
    ):
        """Continue from a state, on "cpu" or "cuda"."""
        self.weights = _tensors(state.weights, device)
        self._learning_rate = learning_rate
        self._trained = tuple(trained)

    @torch.no_grad()
    def step(self, gradients: Mapping[str, torch.Tensor]) -> None:
        """Change the trained weights by one step, in place, given the gradient by each."""
        for name in self._trained:
            self.weights[name].sub_(self._learning_rate * gradients[name])

    def snapshot(self) -> OptimiserState:
        """Return copies of the weights, as arrays."""
        return OptimiserState(_arrays(self.weights), {})


def _tensors(arrays: Arrays, device: str) -> Tensors:
    return {name: torch.tensor(array, device=device) for name, array in arrays.items()}


def _arrays(tensors: Tensors) -> Arrays:
    return {
        name: tensor.detach().to("cpu", copy=True).numpy()
        for name, tensor in tensors.items()
    }
