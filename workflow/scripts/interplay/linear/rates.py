"""Learning rates of linear networks."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def learning_rate(eta0: ArrayLike, g: float) -> NDArray[np.floating]:
    """Return eta(g) = eta0 (1 − g²)², which needs about as many epochs at each g.

    Args:
        eta0: learning rate at g = 0, any shape.
        g: strength of the initial connectivity, 0 ≤ g < 1.

    Returns:
        An array of the shape of `eta0`.
    """
    return np.asarray(eta0) * (1 - g**2) ** 2
