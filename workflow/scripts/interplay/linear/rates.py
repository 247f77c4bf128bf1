"""Learning rates of linear networks."""

from collections.abc import Iterable, Mapping

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


def learning_rates(
    targets: Iterable[Mapping[str, float]], g: float
) -> dict[float, float]:
    """Return the learning rate at g of each target, by zhat.

    Args:
        targets: zhat and learning_rate, which is eta0, of each.
        g: strength of the initial connectivity, 0 ≤ g < 1.
    """
    return {
        float(target["zhat"]): float(learning_rate(target["learning_rate"], g))
        for target in targets
    }
