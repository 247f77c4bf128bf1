"""Comparisons of flip-flops: with the published one, and by the number of channels."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from interplay.tables.comparisons import NETWORK, Parameters, at_shared_g, compared
from interplay.tables.published import of_figure_2
from interplay.tables.readings import EXPERIMENT
from interplay.tasks.flipflop import FlipFlop

SLOPES = ["hold", "g", "rank_slope", "slope_error", "slope_seeds", "slope_channels"]


def flipflops(
    networks: pd.DataFrame, parameters: Parameters, published: pd.DataFrame
) -> pd.DataFrame:
    """Compare two kinds of flip-flop with the published one, by what tells them apart.

    A learning rate scales convergence times and norms. The loss after shuffling W0 at weak
    g, and the shape of the norm of dW against g, depend on it little.

    Args:
        networks: the table nonlinear.csv.
        parameters: of experiments of the flip-flop that differ in the option `hold`.
        published: the table paper/published.csv.

    Returns:
        experiment, role, g, seed, hold, quantity, measured, published; `quantity` is
        shuffle_loss_ratio (0 < g < 0.9) or norm_dW_shape (the norm over that at g = 0 of
        the same seed, g > 0). Only networks that settled.
    """
    rows = compared(networks, parameters, hold=_hold)
    rows = rows[rows.settled]
    start = rows[rows.g == 0].set_index([EXPERIMENT, "seed"]).norm_dW
    key = pd.MultiIndex.from_frame(rows[[EXPERIMENT, "seed"]])
    rows = rows.assign(norm_dW_shape=rows.norm_dW / start.reindex(key).to_numpy())
    long = rows.melt(
        [*NETWORK, "hold"],
        ["shuffle_loss_ratio", "norm_dW_shape"],
        "quantity",
        "measured",
    )
    both = long.merge(_published_flipflop(published), on=["quantity", "g"])
    weak = (both.quantity == "norm_dW_shape") | (both.g < 0.9)
    return both[weak & (both.g > 0) & both.measured.notna()].reset_index(drop=True)


def _published_flipflop(published: pd.DataFrame) -> pd.DataFrame:
    """Return quantity, g and published, with the norm over that at g = 0."""
    drawn = of_figure_2(published)
    flipflop = drawn[(drawn.task == "flipflop") & (drawn.bound == "")]
    rows = flipflop[["quantity", "g", "value"]].rename(columns={"value": "published"})
    norms = rows[rows.quantity == "norm_dW"]
    start = float(norms[norms.g == 0].published.iloc[0])
    shape = norms.assign(quantity="norm_dW_shape", published=norms.published / start)
    return pd.concat([rows[rows.quantity == "shuffle_loss_ratio"], shape])


def channels(networks: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Compare flip-flops with different numbers of channels.

    Args:
        networks: the table nonlinear.csv.
        parameters: of experiments of the flip-flop that differ in the options `channels` and
            `hold`.

    Returns:
        experiment, role, g, seed, N, hold, channels, epochs, convergence_epoch, norm_dW,
        functional_rank, converged, settled, counted_epochs, counted_rank. And the slope of the
        functional rank with the number of channels, the same for all rows of a `hold` and g:
        rank_slope, the mean over seeds of the slope of a straight line through the networks of
        a seed that settled, with two numbers of channels at least; slope_error, the standard
        error of this mean, missing for a single seed; slope_seeds, the number of seeds;
        slope_channels, the largest number of channels that counts. A
        number of channels counts at a g where networks of each `hold` settled with it, so that
        slopes can be compared. Only the g that all experiments share.
    """
    rows = compared(
        networks,
        parameters,
        hold=_hold,
        channels=lambda of: of["options"].get("channels", FlipFlop.channels),
    )
    rows = at_shared_g(rows)
    measured = ["N", "hold", "channels", "epochs", "convergence_epoch", "norm_dW"]
    measured += ["functional_rank", "converged", "settled", "counted_epochs"]
    kept = rows[[*NETWORK, *measured, "counted_rank"]]
    return kept.merge(_slopes(rows[rows.settled]), "left", on=SLOPES[:2])


def _slopes(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row per hold and g; see `channels`."""
    kinds = rows.groupby(["g", "channels"]).hold.transform("nunique")
    rows = rows[kinds == rows.groupby("g").hold.transform("nunique")]
    found = []
    for key, group in rows.groupby(SLOPES[:2]):
        ranks = group.astype({"functional_rank": float})
        slopes = [
            np.polyfit(of_seed.channels, of_seed.functional_rank, 1)[0]
            for _, of_seed in ranks.groupby("seed")
            if of_seed.channels.nunique() > 1
        ]
        mean = np.mean(slopes) if slopes else np.nan
        error = np.std(slopes, ddof=1) / len(slopes) ** 0.5 if slopes[1:] else np.nan
        found.append([*key, mean, error, len(slopes), group.channels.max()])
    return pd.DataFrame(found, columns=SLOPES)


def _hold(parameters: Mapping[str, Any]) -> str:
    """Return the kind of flip-flop of an experiment."""
    return parameters["options"].get("hold", FlipFlop.hold)
