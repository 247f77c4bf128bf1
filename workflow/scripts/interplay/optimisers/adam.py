"""Adam, identical to torch's to the bit, without importing torch.

Importing torch takes longer than the rest of a short training job.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numba
import numpy as np
from numba.extending import intrinsic

from interplay.optimisers.state import (
    BETA1,
    BETA2,
    EPS,
    MEANS,
    PEAKS,
    SQUARES,
    OptimiserState,
    copies,
)

TINY = 1e-6
"""added to a norm that clips, as torch.nn.utils.clip_grad_norm_ does"""


def gradient_norm(gradients: Iterable[np.ndarray]) -> float:
    """Return the norm of several gradients together; their squares are added in float64."""
    squares = (np.square(one, dtype=np.float64).sum() for one in gradients)
    return math.sqrt(sum(squares))


class Adam:
    """Adam on its own copies of a state's weights.

    It trains the weights that have moments and leaves the others alone. If the state has
    the moment "peaks", the step is that of AMSGrad: it divides by the largest running mean
    of squared gradients so far, instead of the latest.
    """

    def __init__(
        self,
        state: OptimiserState,
        steps: int,
        learning_rate: float,
        eps: float = EPS,
        beta2: float = BETA2,
        clip: float | None = None,
    ):
        """Continue from a state.

        Args:
            state: weights and moments after `steps` steps.
            steps: how many steps led to the state.
            learning_rate: step size, in units of the weights.
            eps: added to the root of the squares.
            beta2: weight of the past in the mean of squared gradients.
            clip: largest norm of the gradients of all trained weights together; a larger
                one is scaled down to it. None: gradients stay as they are.
        """
        self.weights = copies(state.weights)
        self._moments = {name: copies(each) for name, each in state.moments.items()}
        self._steps = steps
        self._learning_rate = learning_rate
        self._eps = eps
        self._beta2 = beta2
        self._clip = clip

    def step(self, gradients: Mapping[str, np.ndarray]) -> None:
        """Change the trained weights by one step, in place.

        Args:
            gradients: by the name of the weight, each of its shape and dtype.
        """
        self._steps += 1
        trained = self._moments[MEANS]
        if self._clip is not None:
            norm = gradient_norm(gradients[name] for name in trained)
            factor = min(1.0, self._clip / (norm + TINY))
            gradients = {
                name: gradients[name] * gradients[name].dtype.type(factor)
                for name in trained
            }
        size = self._learning_rate / (1 - BETA1**self._steps)
        scale = math.sqrt(1 - self._beta2**self._steps)
        peaks = self._moments.get(PEAKS)
        for name, means in trained.items():
            arrays = self.weights[name], means, self._moments[SQUARES][name]
            largest = None if peaks is None else peaks[name].reshape(-1)
            _step(*arrays, largest, gradients[name], size, scale, self._eps, self._beta2)

    def snapshot(self) -> OptimiserState:
        """Return copies of the weights and moments."""
        moments = {name: copies(arrays) for name, arrays in self._moments.items()}
        return OptimiserState(copies(self.weights), moments)


@intrinsic
def _fused_multiply_add(context, a, b, c):
    """Return a b + c, rounded once."""

    def generate(context, builder, signature, arguments):
        return builder.fma(*arguments)

    return a(a, b, c), generate


# Called by compiled code, which gives the context.
_fma: Any = _fused_multiply_add


@numba.njit(cache=True, error_model="numpy")
def _step(weights, means, squares, peaks, gradients, size, scale, eps, beta2):
    # Operations, their order and their precision are those of torch's fused kernel. Numba
    # compiles the step without AMSGrad, where `peaks` is None, on its own.
    number = weights.dtype.type
    new, old, new_square = number(1 - BETA1), number(beta2), number(1 - beta2)
    size, scale, eps = number(size), number(scale), number(eps)
    w, m, v = weights.reshape(-1), means.reshape(-1), squares.reshape(-1)
    g = gradients.reshape(-1)
    for i in range(len(w)):
        m[i] = _fma(new, g[i] - m[i], m[i])
        v[i] = _fma(new_square * g[i], g[i], old * v[i])
        largest = v[i]
        if peaks is not None:
            largest = max(peaks[i], v[i])
            peaks[i] = largest
        w[i] -= size * m[i] / (np.sqrt(largest) / scale + eps)
