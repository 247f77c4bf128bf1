"""The same optimisers on torch's tensors, on any device."""

from collections.abc import Iterable, Mapping

import torch

from interplay.optimisers.adam import TINY
from interplay.optimisers.state import (
    BETA1,
    BETA2,
    EPS,
    MEANS,
    PEAKS,
    SQUARES,
    Arrays,
    OptimiserState,
)

Tensors = dict[str, torch.Tensor]


class TorchAdam:
    """Adam or AMSGrad; see `interplay.optimisers.adam.Adam`.

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
        beta2: float = BETA2,
        clip: float | None = None,
    ):
        """Continue from a state.

        Args:
            state: weights and moments after `steps` steps.
            steps: how many steps led to the state.
            learning_rate: step size, in units of the weights.
            device: "cpu" or "cuda".
            eps, beta2: as there.
            clip: as there, for each network by itself if the weights are stacks.
        """
        self.weights = _tensors(state.weights, device)
        self._moments = {
            name: _tensors(arrays, device) for name, arrays in state.moments.items()
        }
        self._trained = list(self._moments[MEANS])
        self._steps = [torch.tensor(float(steps), device=device) for _ in self._trained]
        self._learning_rate, self._eps = learning_rate, eps
        self._beta2, self._clip = beta2, clip
        for name in self._trained:
            self.weights[name].requires_grad_()

    @torch.no_grad()
    def step(self, gradients: Mapping[str, torch.Tensor]) -> None:
        """Change the trained weights by one step, in place, given the gradient by each."""
        if self._clip is not None:
            gradients = self._clipped(gradients, self._clip)
        torch._foreach_add_(self._steps, 1)  # pyright: ignore[reportPrivateImportUsage]
        torch._fused_adam_(  # pyright: ignore[reportPrivateImportUsage]
            self._in_order(self.weights),
            self._in_order(gradients),
            self._in_order(self._moments[MEANS]),
            self._in_order(self._moments[SQUARES]),
            self._in_order(self._moments.get(PEAKS)),
            self._steps,
            amsgrad=PEAKS in self._moments,
            beta1=BETA1,
            beta2=self._beta2,
            lr=self._learning_rate,
            weight_decay=0.0,
            eps=self._eps,
            maximize=False,
        )

    def _clipped(self, gradients: Mapping[str, torch.Tensor], largest: float) -> Tensors:
        norms = [
            torch.linalg.vector_norm(gradients[name], dim=(-2, -1), dtype=torch.float64)
            for name in self._trained
        ]
        norm = torch.linalg.vector_norm(torch.stack(norms), dim=0)
        factor = (largest / (norm + TINY)).clamp(max=1)[..., None, None]
        return {
            name: gradients[name] * factor.to(gradients[name].dtype)
            for name in self._trained
        }

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
