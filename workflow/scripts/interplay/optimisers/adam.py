"""Adam, identical to torch's to the bit, without importing torch.

Importing torch takes longer than the rest of a short training job.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numba
import numpy as np
from numba.extending import intrinsic

from interplay.optimisers.state import Arrays, OptimiserState, copies

BETAS = (0.9, 0.999)
EPS = 1e-8

MEANS, SQUARES, PEAKS = "means", "squares", "peaks"
"""moments: running mean of gradients, of their squares, and the largest of the latter"""


def initial_moments(
    weights: Mapping[str, np.ndarray],
    trained: Iterable[str] | None = None,
    amsgrad: bool = False,
) -> dict[str, Arrays]:
    """Return Adam's moments before the first step: zeros.

    Args:
        weights: by name.
        trained: names of the weights that are trained; all if None.
        amsgrad: include the largest past squares.
    """
    names = list(weights if trained is None else trained)
    moments = (MEANS, SQUARES, PEAKS) if amsgrad else (MEANS, SQUARES)
    return {
        moment: {name: np.zeros_like(weights[name]) for name in names}
        for moment in moments
    }


class Adam:
    """Adam (betas 0.9 and 0.999) on its own copies of a state's weights.

    It trains the weights that have moments and leaves the others alone. If the state has
    the moment "peaks", the step is that of AMSGrad: it divides by the largest running mean
    of squared gradients so far, instead of the latest.
    """

    def __init__(
        self, state: OptimiserState, steps: int, learning_rate: float, eps: float = EPS
    ):
        """Continue from a state.

        Args:
            state: weights and moments after `steps` steps.
            steps: how many steps led to the state.
            learning_rate: step size, in units of the weights.
            eps: added to the root of the squares.
        """
        self.weights = copies(state.weights)
        self._moments = {name: copies(each) for name, each in state.moments.items()}
        self._steps = steps
        self._learning_rate = learning_rate
        self._eps = eps

    def step(self, gradients: Mapping[str, np.ndarray]) -> None:
        """Change the trained weights by one step, in place.

        Args:
            gradients: by the name of the weight, each of its shape and dtype.
        """
        self._steps += 1
        size = self._learning_rate / (1 - BETAS[0] ** self._steps)
        scale = math.sqrt(1 - BETAS[1] ** self._steps)
        peaks = self._moments.get(PEAKS)
        for name, means in self._moments[MEANS].items():
            arrays = self.weights[name], means, self._moments[SQUARES][name]
            largest = None if peaks is None else peaks[name].reshape(-1)
            _step(*arrays, largest, gradients[name], size, scale, self._eps)

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
def _step(weights, means, squares, peaks, gradients, size, scale, eps):
    # Operations, their order and their precision are those of torch's fused kernel. Numba
    # compiles the step without AMSGrad, where `peaks` is None, on its own.
    number = weights.dtype.type
    new, old, new_square = number(1 - BETAS[0]), number(BETAS[1]), number(1 - BETAS[1])
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
