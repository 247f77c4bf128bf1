"""Plain gradient descent with a fixed learning rate."""

from collections.abc import Iterable, Mapping

import numpy as np

from interplay.optimisers.state import OptimiserState, copies


class GradientDescent:
    """Gradient descent on its own copies of a state's weights; it has no moments."""

    def __init__(
        self, state: OptimiserState, learning_rate: float, trained: Iterable[str]
    ):
        """Continue from a state.

        Args:
            state: the weights.
            learning_rate: factor of the gradient in a step.
            trained: names of the weights that are trained.
        """
        self.weights = copies(state.weights)
        self._learning_rate = learning_rate
        self._trained = tuple(trained)

    def step(self, gradients: Mapping[str, np.ndarray]) -> None:
        """Change the trained weights by one step, in place.

        Args:
            gradients: by the name of the weight, each of its shape and dtype.
        """
        for name in self._trained:
            weights = self.weights[name]
            weights -= weights.dtype.type(self._learning_rate) * gradients[name]

    def snapshot(self) -> OptimiserState:
        """Return copies of the weights."""
        return OptimiserState(copies(self.weights), {})
