"""The dimension of a task: numbers of its channels, participation ratios of its signals."""

import numpy as np

from interplay.tasks.trials import Trials


def participation_ratio(signals: np.ndarray) -> float:
    """Return the participation ratio: the number of signals if they are alike, independent.

    Args:
        signals: (sample, channel).

    Returns:
        Squared sum of the eigenvalues of the covariance over the sum of their squares, from 1
        to the number of channels; NaN if no signal varies.
    """
    varying = signals - signals.mean(axis=0, dtype=np.float64)
    covariance = varying.T @ varying
    # The trace of a symmetric matrix is the sum of its eigenvalues.
    squares = np.square(covariance).sum()
    return float(np.trace(covariance) ** 2 / squares) if squares else np.nan


def task_dimension(trials: Trials) -> dict[str, float]:
    """Measure the dimension of a task on its trials.

    Targets count in samples in which an output is scored. Inputs count up to the last of
    these samples in their trial: later ones cannot change the loss.

    Args:
        trials: many, with the shapes of `Trials`.

    Returns:
        n_inputs and n_outputs, the numbers of channels; input_dimension and target_dimension,
        the participation ratios of inputs and targets over the samples that count.
    """
    scored = trials.mask.max(axis=2) > 0
    until_last = np.logical_or.accumulate(scored[::-1], axis=0)[::-1]
    return {
        "n_inputs": trials.inputs.shape[2],
        "n_outputs": trials.targets.shape[2],
        "input_dimension": participation_ratio(trials.inputs[until_last]),
        "target_dimension": participation_ratio(trials.targets[scored]),
    }
