"""Linear networks against the first order of the learning time, Eqs (11) to (13).

First order neglects three things: a readout z0 ~ 1/√N before training, the scatter of
finite N, and higher orders of the learning time. Networks whose w is orthogonal to Bm have
z0 = 0. For small targets zhat, higher orders add only powers of the effective learning time
(the loss is zhat² / 2 exp(−2 β² tau)), which are the same for every g. With both, quantities
relative to g = 0 therefore go to the first-order prediction as N grows. At third order, zhat
enters as zhat² β, see Eqs (14) and (15).
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from interplay.linear.descent import descend
from interplay.linear.measurements import compared_directions, measurements
from interplay.linear.network import Trial, directions, draw_network, orthogonal
from interplay.linear.theory import first_order
from interplay.runs.streams import stream

RELATIVE = ["tau_star", "norm_dW", "mean_gradient_norm"]
"""quantities that the paper divides by their mean at g = 0, separately for each target"""
ABSOLUTE = ["first_gradient_norm", "first_readout_speed"]
"""quantities divided by zhat, their first order at g = 0"""
SHUFFLED = "shuffle_loss_ratio"
"""quantity that is relative to zhat² / 2 as measured"""
READOUTS = ["initial_readout", "shuffled_readout", "shuffled_initial_readout"]
"""columns that only the correction needs"""


def train_small_targets(
    sizes: Iterable[int],
    g: float,
    seed: int,
    rates: Mapping[float, float],
    trial: Trial,
    epochs: int,
    threshold: float,
    shuffles: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Train networks with a w orthogonal to Bm, of several sizes, to several targets.

    Args:
        sizes: numbers of neurons.
        g: strength of the initial connectivity.
        seed: number of the network.
        rates: learning rate by target zhat.
        trial: durations and time step.
        epochs: number of updates.
        threshold: loss below which a network has converged, in units of zhat² / 2.
        shuffles: number of permutations of W0.

    Returns:
        `measurements` and `compared_directions` of the networks.
    """
    measured, compared = [], []
    zhat, eta = np.array(list(rates)), np.array(list(rates.values()))
    for n in sizes:
        independent = draw_network(n, g, seed)
        _, right = directions(independent, independent.W0)
        network = orthogonal(independent, right[0])
        probes = stream("probes", "linear", g, seed)
        descents = descend(network, zhat, eta, epochs, trial, probes)
        measured.append(
            measurements(network, descents, g, seed, trial, threshold, shuffles)
        )
        compared.append(compared_directions(network, descents, g, seed))
    return pd.concat(measured, ignore_index=True), pd.concat(compared, ignore_index=True)


def compare(networks: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """Compare networks with first order, normalised as in Fig. 4.

    Args:
        networks: rows of `measurements`, with the column experiment, linear or
            small_targets.
        threshold: loss below which a network has converged, in units of zhat² / 2.

    Returns:
        A row per network and quantity: experiment, zhat, g, seed, N, quantity; measured;
        first_order, its absolute prediction; relative, measured over the mean at g = 0 of
        the networks with the same experiment, N and zhat that have a value (`RELATIVE`), over
        zhat (`ABSOLUTE`), or as measured (`SHUFFLED`); predicted, the first order of the
        relative value; ratio, relative over predicted; corrected, the same ratio
        `without_initial_readout`.
    """
    about = ["experiment", "zhat", "g", "seed", "N"]
    quantities = [*RELATIVE, SHUFFLED, *ABSOLUTE]
    table = networks.melt([*about, *READOUTS], quantities, "quantity", "measured").astype(
        {"measured": float}
    )
    predictions = [
        {"zhat": zhat, "g": g, "quantity": quantity, "first_order": value}
        for zhat, g in networks[["zhat", "g"]].drop_duplicates().itertuples(index=False)
        for quantity, value in first_order(zhat, g, threshold).items()
    ]
    table = table.merge(pd.DataFrame(predictions), on=["zhat", "g", "quantity"])
    start = [first_order(zhat, 0.0, threshold) for zhat in table.zhat]
    unit = [values[name] for values, name in zip(start, table.quantity, strict=True)]
    unit = np.where(table.quantity == SHUFFLED, 1, unit)
    relative = _relative(table, table.measured)
    corrected = _relative(table, without_initial_readout(table, threshold))
    predicted = table.first_order / unit
    # The predicted shuffled loss is 0 at g = 0.
    known = predicted.mask(predicted == 0)
    return table.drop(columns=READOUTS).assign(
        relative=relative,
        predicted=predicted,
        ratio=relative / known,
        corrected=corrected / known,
    )


def without_initial_readout(table: pd.DataFrame, threshold: float) -> pd.Series:
    """Return measured quantities as they would be without a readout before training.

    A readout z0 leaves the share 1 − z0 / zhat of the target to be learned. Speeds and
    norms are proportional to it. The loss of a small target, zhat² / 2 (1 − z0 / zhat)²
    exp(−2 β² tau), reaches the threshold at a time proportional to
    log(|1 − z0 / zhat| / √threshold). After shuffling, dW adds to the readout that the
    shuffled W0 has by itself.

    Args:
        table: zhat, quantity, measured, and the columns `READOUTS`.
        threshold: loss at convergence, in units of zhat² / 2.

    Returns:
        One value per row; NaN where nothing is left to be learned.
    """
    left = table.zhat - table.initial_readout
    share = (left / table.zhat).mask(left == 0)
    time = 1 + np.log(share.abs()) / np.log(threshold**-0.5)
    factor = share.abs().mask(table.quantity == "first_readout_speed", share)
    factor = factor.mask(table.quantity == "tau_star", time.mask(time <= 0))
    added = table.shuffled_readout - table.shuffled_initial_readout
    return (table.measured / factor).mask(
        table.quantity == SHUFFLED, (1 - added / (share * table.zhat)) ** 2
    )


def _relative(table: pd.DataFrame, values: pd.Series) -> pd.Series:
    """Return values over the unit of their quantity, see `compare`."""
    keys = ["experiment", "N", "zhat", "quantity"]
    start = table.assign(unit=values)[table.g == 0].groupby(keys).unit.mean()
    unit = table.join(start, on=keys).unit
    unit = unit.mask(table.quantity.isin(ABSOLUTE), table.zhat)
    return values / unit.mask(table.quantity == SHUFFLED, 1.0)
