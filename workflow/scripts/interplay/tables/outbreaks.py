"""Outbreaks of the loss, by experiment and g: in how many networks, and for how long."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from interplay.configuration.layers import BUILT_IN
from interplay.tables.comparisons import NETWORK, Parameters, at_shared_g, compared
from interplay.tables.readings import EXPERIMENT, ROLE

PLAIN = "Adam"
"""the variant of Adam with its usual options"""

LONG = 8
"""consecutive epochs above the bound from which a stretch is long. One wrong trial can lift a
batch above the bound. Where a fifth of the batches has one, by chance, less than one epoch in
100,000 begins eight in a row."""

LATE = ["late_share", "long_share", "with_long"]


def outbreaks(
    networks: pd.DataFrame, parameters: Parameters, losses: pd.DataFrame, threshold: float
) -> pd.DataFrame:
    """Count the networks whose loss breaks out after they have learned.

    Args:
        networks: the table nonlinear.csv.
        parameters: of experiments that Adam trains, with different options or rates.
        losses: the table nonlinear_loss.parquet.
        threshold: fraction of the initial loss below which a network has converged.

    Returns:
        A row per experiment and g: experiment, role, g, learning_rate (before the division
        by N), variant of Adam, networks; learned_early, the number of networks that learned
        before the middle of training, to which refer: with_outbreak, the number that have an
        outbreak, with its fraction, lower and upper (Wilson's interval, 95 %); with_lasting
        and lasting_fraction, likewise with one that lasts; outbreak_share, the mean over
        them. late_share, long_share and with_long, as in `late`, in the mean and the sum,
        of all networks, whether they learned or not; with `_early`, of those that learned
        early. And shared_g, whether all of the task's experiments have this g.
    """
    rows = compared(
        networks,
        parameters,
        learning_rate=lambda of: of["learning_rate"],
        variant=adam_variant,
    )
    shared = set(at_shared_g(rows)[[ROLE, "g"]].itertuples(index=False, name=None))
    network = [column for column in NETWORK if column != ROLE]
    curves = losses[losses[EXPERIMENT].isin(list(parameters))]
    measured = [
        dict(zip(network, key, strict=True)) | late(curve.loss.to_numpy(), threshold)
        for key, curve in curves.groupby(network, sort=False)
    ]
    rows = rows.merge(pd.DataFrame(measured, columns=[*network, *LATE]), "left", network)
    keys = [EXPERIMENT, ROLE, "g", "learning_rate", "variant"]
    counted = []
    for key, group in rows.groupby(keys, sort=False):
        learned = group[group.learned_early.astype(bool)]
        found = int((learned.outbreaks > 0).sum())
        lasting = int((learned.lasting_outbreaks > 0).sum())
        fraction, lower, upper = wilson(found, len(learned))
        row = dict(zip(keys, key, strict=True)) | {
            "networks": len(group),
            "learned_early": len(learned),
            "with_outbreak": found,
            "fraction": fraction,
            "lower": lower,
            "upper": upper,
            "with_lasting": lasting,
            "lasting_fraction": lasting / len(learned) if len(learned) else np.nan,
            "outbreak_share": learned.outbreak_share.mean(),
            **_of_late_epochs(group, ""),
            **_of_late_epochs(learned, "_early"),
            "shared_g": key[1:3] in shared,
        }
        counted.append(row)
    return pd.DataFrame(counted)


def _of_late_epochs(networks: pd.DataFrame, suffix: str) -> dict[str, Any]:
    return {
        f"late_share{suffix}": networks.late_share.mean(),
        f"long_share{suffix}": networks.long_share.mean(),
        f"with_long{suffix}": int(networks.with_long.sum()),
    }


def late(losses: np.ndarray, threshold: float) -> dict[str, Any]:
    """Return how much of the second half of training is above the bound.

    Args:
        losses: (epoch,), in the order of the epochs.
        threshold: such as 0.05 of the loss at epoch 0.

    Returns:
        late_share, the share of the epochs of the second half with a loss above the bound;
        long_share, the share that lies in stretches of at least `LONG` consecutive epochs
        above it, of which some may be in the first half; with_long, whether there are any.
    """
    # A loss that is not finite is not below.
    above = ~(losses < threshold * losses[0])
    edges = np.flatnonzero(np.diff(above, prepend=False, append=False))
    long = np.zeros(len(above), bool)
    for start, end in edges.reshape(-1, 2):
        long[start:end] = end - start >= LONG
    second = slice(len(above) // 2, None)
    values = above[second].mean(), long[second].mean(), bool(long[second].any())
    return dict(zip(LATE, values, strict=True))


def wilson(found: int, among: int) -> tuple[float, float, float]:
    """Return a fraction and the limits of Wilson's 95 % interval; NaN among none."""
    if not among:
        return np.nan, np.nan, np.nan
    # Imported here, since the import takes longer than the figure that uses this module.
    from scipy.stats import binomtest

    interval = binomtest(found, among).proportion_ci(0.95, "wilson")
    return found / among, float(interval.low), float(interval.high)


def adam_variant(parameters: Mapping[str, Any]) -> str:
    """Return the name of a variant of Adam, such as `Adam` or `eps = 1e-06, clip = 0.1`."""
    usual = BUILT_IN["nonlinear"]["adam"]
    others = {key: parameters[key] for key in usual if parameters[key] != usual[key]}
    said = ["AMSGrad"] if others.pop("amsgrad", False) else []
    said += [f"{key} = {value:g}" for key, value in others.items()]
    return ", ".join(said) or PLAIN
