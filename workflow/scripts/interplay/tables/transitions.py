"""Find the transitions of a network that was followed while it trained."""

import numpy as np


def emerges(unstable: np.ndarray) -> np.ndarray:
    """Return after which steps one more state has emerged from x = 0 than ever before.

    Args:
        unstable: (epoch,), the number of eigenvalues of W with a real part above 1, in
            rising epochs; see `interplay.nonlinear.transitions`.

    Returns:
        bool, (epoch,): whether the number is larger than at all earlier epochs. False for
        the first.
    """
    before = np.maximum.accumulate(unstable)[:-1]
    return np.concatenate([[False], unstable[1:] > before])
