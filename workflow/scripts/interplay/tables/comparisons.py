"""Tables of the supplement: experiments that differ in one thing, compared.

Every table begins with the columns `experiment`, `role` (the paper's task), `g`, and has a row
per network, with its `seed`. The experiments belong to no reading, so the tables are the same
in each. `interplay.tables.flipflops` has those of flip-flops, `interplay.tables.outbreaks`
counts outbreaks.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from interplay.configuration.experiments import ADAM_ON_ALL, way_of_training
from interplay.tables.published import (
    jackknife_error,
    of_figure_2,
    rate_distances,
    without_a_seed,
)
from interplay.tables.readings import EXPERIMENT, ROLE

NETWORK = [EXPERIMENT, ROLE, "g", "seed"]

RADII = ["spectral_radius_W0", "spectral_radius_W"]
"""columns of the N-scaling that come from the eigenvalues"""

ENOUGH = 3 / 5
"""share of the networks that have to settle for a g to count in the N-scaling"""

RATE = ("convergence_epoch", "norm_dW")
"""panels (a) and (b) of Fig. 2, which identify the learning rate"""

Parameters = Mapping[str, Mapping[str, Any]]
"""parameters of the training jobs of each experiment, by its name"""


def compared(
    networks: pd.DataFrame, parameters: Parameters, **columns: Callable[[Mapping], object]
) -> pd.DataFrame:
    """Return the rows of nonlinear.csv of some experiments, in the order of `parameters`.

    Args:
        networks: the table nonlinear.csv.
        parameters: of the experiments to be compared.
        columns: functions of an experiment's parameters, by the name of a new column.

    Returns:
        The columns of nonlinear.csv, with `role` for `task`, and the new columns.
    """
    rows = networks[networks.experiment.isin(parameters)].rename(columns={"task": ROLE})
    place = rows.experiment.map(list(parameters).index)
    rows = rows.assign(place=place).sort_values(["place", "g", "seed"])
    new = {
        column: rows.experiment.map(lambda name, of=of: of(parameters[name]))
        for column, of in columns.items()
    }
    return rows.drop(columns="place").assign(**new).reset_index(drop=True)


def rate(
    networks: pd.DataFrame, parameters: Parameters, published: pd.DataFrame
) -> pd.DataFrame:
    """Compare learning rates with the published Fig. 2(a, b).

    Measured are networks that converged, at the g and seeds that all rates have.

    Args:
        networks: the table nonlinear.csv.
        parameters: of experiments that differ in the learning rate.
        published: the table paper/published.csv.

    Returns:
        experiment, role, g, seed, learning_rate (before the division by N), quantity,
        measured, published; and for the rate as a whole distance, standard_error (of the
        distance, over seeds) and identified (bool): its distance is the smallest.
    """
    rows = compared(networks, parameters, learning_rate=lambda of: of["learning_rate"])
    rates = rows.groupby([ROLE, "g", "seed"]).learning_rate.transform("nunique")
    rows = rows[(rates == rows.learning_rate.nunique()) & rows.converged]
    long = rows.melt([*NETWORK, "learning_rate"], RATE, "quantity", "measured")
    drawn = of_figure_2(published)
    exact = drawn[drawn.bound == ""].rename(columns={"task": ROLE, "value": "published"})
    point = [ROLE, "quantity", "g"]
    points = long.astype({"measured": float}).merge(
        exact[[*point, "published"]], on=point
    )
    by_rate = rate_distances(points)
    errors = jackknife_error(without_a_seed(points))
    return points.assign(
        distance=points.learning_rate.map(by_rate),
        standard_error=points.learning_rate.map(errors),
        identified=points.learning_rate == (by_rate.idxmin() if len(by_rate) else np.nan),
    ).reset_index(drop=True)


def scaling(
    networks: pd.DataFrame, parameters: Parameters, eigenvalues: pd.DataFrame
) -> pd.DataFrame:
    """Compare network sizes.

    Args:
        networks: the table nonlinear.csv.
        parameters: of experiments that differ in N.
        eigenvalues: the table nonlinear_eigenvalues.parquet.

    Returns:
        experiment, role, g, seed, N, convergence_epoch, norm_dW, norm_W, relative_norm_dW
        (over the norm of W0, missing at g = 0), spectral_radius_W0 and spectral_radius_W (the
        largest modulus of an eigenvalue; missing if the table has none of the network),
        functional_rank, settled, counts (at least three fifths of the networks of this
        experiment and g settled). Only the g that all experiments of a task share.
    """
    rows = compared(networks, parameters)
    rows = at_shared_g(rows).join(_spectral_radii(eigenvalues), [EXPERIMENT, "g", "seed"])
    share = rows.settled.groupby([rows.experiment, rows.g]).transform("mean")
    relative = rows.norm_dW / rows.norm_W0.where(rows.norm_W0 > 0)
    rows = rows.assign(relative_norm_dW=relative, counts=share >= ENOUGH)
    measured = ["convergence_epoch", "norm_dW", "norm_W", "relative_norm_dW", *RADII]
    return rows[[*NETWORK, "N", *measured, "functional_rank", "settled", "counts"]]


def _spectral_radii(eigenvalues: pd.DataFrame) -> pd.DataFrame:
    """Return the columns `RADII`, a row per experiment, g and seed."""
    network = [eigenvalues[name] for name in (EXPERIMENT, "g", "seed", "matrix")]
    sizes = np.hypot(eigenvalues.real, eigenvalues.imaginary).groupby(network).max()
    return sizes.unstack().add_prefix("spectral_radius_").reindex(columns=RADII)


def training(networks: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Compare ways of training with Adam on all weights.

    Args:
        networks: the table nonlinear.csv.
        parameters: of experiments that differ in the optimiser or the trained weights.

    Returns:
        experiment, role, g, seed, training (Adam, W alone, gradient descent), epochs,
        convergence_epoch, epochs_ratio, norm_dW, norm_ratio, initial_loss, final_loss,
        functional_rank, converged, diverged, counted_epochs, counted_rank. The ratios are to
        the network of the same task, g and seed that Adam trained; that of epochs is of
        `counted_epochs`.
    """
    rows = compared(networks, parameters, training=way_of_training)
    rows = rows.assign(epochs_ratio=rows.counted_epochs, norm_ratio=rows.norm_dW)
    key = [ROLE, "g", "seed"]
    adam = rows[(rows.training == ADAM_ON_ALL) & rows.converged].set_index(key)
    # Only the g and seeds of the other ways have something to be compared with.
    others = rows[rows.training != ADAM_ON_ALL].set_index(key).index
    rows = rows.set_index(key)
    rows = rows[rows.index.isin(others)]
    for ratio in ("epochs_ratio", "norm_ratio"):
        rows[ratio] /= adam[ratio].reindex(rows.index)
    measured = ["convergence_epoch", "epochs_ratio", "norm_dW", "norm_ratio"]
    measured += ["initial_loss", "final_loss", "functional_rank", "converged", "diverged"]
    measured += ["counted_epochs", "counted_rank"]
    return rows.reset_index()[[*NETWORK, "training", "epochs", *measured]]


def weak(networks: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Compare weak initial connectivity with that of the paper's grid.

    Args:
        networks: the table nonlinear.csv.
        parameters: of experiments that differ in g alone.

    Returns:
        experiment, role, g, seed, initial_loss, final_loss, shuffle_loss_ratio, settled, and
        complete.
    """
    measured = ["initial_loss", "final_loss", "shuffle_loss_ratio", "settled", "complete"]
    return compared(networks, parameters)[[*NETWORK, *measured]]


def at_shared_g(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the g that all experiments of the same task have."""
    experiments = rows.groupby(ROLE)[EXPERIMENT].transform("nunique")
    return rows[rows.groupby([ROLE, "g"])[EXPERIMENT].transform("nunique") == experiments]
