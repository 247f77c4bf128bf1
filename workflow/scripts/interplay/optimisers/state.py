"""The state of an optimiser between two steps: weights, and what it remembers of gradients.

Nothing here is compiled, so that whoever only reads a network need not import numba.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

Arrays = dict[str, np.ndarray]
"""arrays by the name of a weight, such as W"""

WEIGHTS = "weights"
"""the group of the weights themselves; the other groups are moments"""

BETA1, BETA2 = 0.9, 0.999
"""Adam's weights of the past, in its running means"""

EPS = 1e-8
"""Adam's, added to the root of the mean square"""

MEANS, SQUARES, PEAKS = "means", "squares", "peaks"
"""moments: running mean of gradients, of their squares, and the largest of the latter"""


@dataclass(frozen=True)
class OptimiserState:
    """Weights by name, and the optimiser's moments of their gradients."""

    weights: Arrays
    moments: dict[str, Arrays]
    """by moment ("means", "squares"), then by the name of a trained weight"""

    @property
    def groups(self) -> dict[str, Arrays]:
        """All arrays: the weights under "weights", then each moment."""
        return {WEIGHTS: self.weights, **self.moments}


def copies(arrays: Mapping[str, np.ndarray]) -> Arrays:
    """Return a contiguous copy of each array."""
    return {name: np.array(array, order="C") for name, array in arrays.items()}


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
