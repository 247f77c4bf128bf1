"""The state of an optimiser between two steps: weights, and what it remembers of gradients."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

Arrays = dict[str, np.ndarray]
"""arrays by the name of a weight, such as W"""

WEIGHTS = "weights"
"""the group of the weights themselves; the other groups are moments"""


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
