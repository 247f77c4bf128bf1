"""Losses of a trained network with other recurrent weights."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from interplay.nonlinear.engine import Engine
from interplay.nonlinear.network import Network, masked_loss
from interplay.tasks.trials import Trials

TRIALS_AT_ONCE = 128
"""enough for the products' full speed, few enough for the cache"""


def losses_with(
    network: Network[np.ndarray],
    recurrent: Sequence[np.ndarray],
    trials: Trials,
    dt: float,
) -> np.ndarray:
    """Return the loss of a network with each of several recurrent weights.

    Args:
        network: gives B and C, float32.
        recurrent: each (N, N), float32, in place of W.
        trials: all of them are tested on these.
        dt: time step.

    Returns:
        float64, one loss per element of `recurrent`.
    """
    n_trials = trials.inputs.shape[1]
    engines: dict[int, Engine] = {}
    losses = np.zeros(len(recurrent))
    for start in range(0, n_trials, TRIALS_AT_ONCE):
        part = slice(start, min(start + TRIALS_AT_ONCE, n_trials))
        some = Trials(*(np.ascontiguousarray(a[:, part]) for a in trials))
        size = part.stop - part.start
        if size not in engines:
            engines[size] = Engine.for_batch(network, some, dt)
        for i, W in enumerate(recurrent):
            outputs = engines[size].simulate(replace(network, W=W), some.inputs)
            loss = masked_loss(outputs.astype(np.float64), some.targets, some.mask)
            losses[i] += loss * some.mask.sum(dtype=np.float64)
    return losses / trials.mask.sum(dtype=np.float64)
