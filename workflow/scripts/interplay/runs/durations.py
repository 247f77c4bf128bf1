"""Durations in samples: one rule for all stages."""

import numpy as np
from numpy.typing import ArrayLike


def samples(duration: ArrayLike, dt: float) -> np.ndarray:
    """Return how many samples a duration takes: int(duration / dt), whatever the rounding.

    Args:
        duration: in membrane time constants, any shape.
        dt: time step, in the same unit.

    Returns:
        Integers of the same shape.
    """
    # A duration such as 0.3 / 0.1 = 2.9999999999999996 takes three samples.
    return np.floor(np.asarray(duration) / dt + 1e-9).astype(int)
