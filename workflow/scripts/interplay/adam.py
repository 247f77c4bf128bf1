"""Adam, so that it can be put down between two steps and taken up again to the bit."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numba
import numpy as np
from numba.extending import intrinsic

Arrays = dict[str, np.ndarray]

BETAS = (0.9, 0.999)
EPS = 1e-8


@dataclass(frozen=True)
class AdamState:
    """Weights and Adam's moments of them, by the same names."""

    weights: Arrays
    means: Arrays
    """first moments"""
    squares: Arrays
    """second moments"""


GROUPS = ("weights", "means", "squares")


def at_rest(weights: Mapping[str, np.ndarray]) -> dict[str, Arrays]:
    """Return the groups of an `AdamState` before the first step, moments of zero."""
    means, squares = (
        {name: np.zeros_like(array) for name, array in weights.items()} for _ in range(2)
    )
    return {"weights": dict(weights), "means": means, "squares": squares}


class Adam:
    """Adam (betas 0.9 and 0.999, eps 1e-8) on its own copies of a state's weights.

    To the bit that of torch, whose import would take longer than the rest of a short job.
    """

    def __init__(self, state: AdamState, steps: int, learning_rate: float):
        """Take a state up, as it was after `steps` steps."""
        self._groups = {group: _copies(getattr(state, group)) for group in GROUPS}
        self._steps = steps
        self._learning_rate = learning_rate

    @property
    def weights(self) -> Arrays:
        """The weights, which each step changes in place."""
        return self._groups["weights"]

    def step(self, gradients: Mapping[str, np.ndarray]) -> None:
        """Change the weights by one step, in place, given the gradient by each."""
        self._steps += 1
        size = self._learning_rate / (1 - BETAS[0] ** self._steps)
        scale = math.sqrt(1 - BETAS[1] ** self._steps)
        for name in self.weights:
            arrays = (self._groups[group][name] for group in GROUPS)
            _step(*arrays, gradients[name], size, scale)

    def put_down(self) -> dict[str, Arrays]:
        """Return copies of the groups of an `AdamState`."""
        return {group: _copies(arrays) for group, arrays in self._groups.items()}


def _copies(arrays: Mapping[str, np.ndarray]) -> Arrays:
    return {name: np.array(array, order="C") for name, array in arrays.items()}


@intrinsic
def _fma(context, a, b, c):
    """Return a b + c, rounded once."""

    def generate(context, builder, signature, arguments):
        return builder.fma(*arguments)

    return a(a, b, c), generate


@numba.njit(cache=True, error_model="numpy")
def _step(weights, means, squares, gradients, size, scale):
    number = weights.dtype.type
    new, old, new_square = number(1 - BETAS[0]), number(BETAS[1]), number(1 - BETAS[1])
    size, scale, eps = number(size), number(scale), number(EPS)
    w, m, v = weights.reshape(-1), means.reshape(-1), squares.reshape(-1)
    g = gradients.reshape(-1)
    for i in range(len(w)):
        m[i] = _fma(new, g[i] - m[i], m[i])
        v[i] = _fma(new_square * g[i], g[i], old * v[i])
        w[i] -= size * m[i] / (np.sqrt(v[i]) / scale + eps)
