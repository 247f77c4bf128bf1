"""Fig. 4: how learning depends on g in the linear network."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures.linear import DASHED, target_colours
from interplay.figures.panels import Panel
from interplay.figures.style import INK, TEXT_WIDTH, letter_panels, line_with_spread

QUANTITIES = {
    "tau_star": r"$\tau^*$, relative",
    "norm_dW": r"$\|\Delta W\|$, relative",
    "mean_gradient_norm": r"$\|dW / d\tau\|$, relative",
    "shuffle_loss_ratio": r"shuffled loss / $L_0$",
}
"""column and label of each panel; "relative" means divided by the mean at g = 0"""

_SHOWS = (
    "learning time against g",
    "norm of dW against g",
    "mean norm of the gradient against g",
    "loss after shuffling W0 against g",
)

PANELS = {
    letter: Panel(shows, "linear.csv", f"{column}.notna()", (column,))
    for letter, shows, column in zip("abcd", _SHOWS, QUANTITIES, strict=True)
}


def draw(networks: pd.DataFrame, scalings: pd.DataFrame) -> Figure:
    """Draw panels (a) to (d): mean and standard deviation over seeds against g.

    Args:
        networks: the table linear.csv.
        scalings: the table linear_scalings.csv, first-order theory.
    """
    figure = Figure(figsize=(TEXT_WIDTH, 1.9))
    axes = figure.subplots(1, 4)
    colours = target_colours(networks.zhat.unique().tolist())
    for ax, (column, label) in zip(axes, QUANTITIES.items(), strict=True):
        for zhat, colour in colours.items():
            table = networks[networks.zhat == zhat]
            _draw_against_g(ax, table, column, rf"$\hat{{z}} = {zhat}$", colour)
        ax.plot(
            scalings.g, scalings[column], color=INK, ls=DASHED, lw=0.9, label="theory"
        )
        ax.set(xlabel="$g$", ylabel=label, xlim=(0, None), ylim=(0, None))
        ax.set_xticks([0, 0.3, 0.6, 0.9])
    axes[2].legend(loc="upper left", handlelength=1.5, borderaxespad=0)
    letter_panels(axes)
    return figure


def _draw_against_g(
    ax: Axes, table: pd.DataFrame, column: str, label: str, colour: str
) -> None:
    """Draw one target: a line where all networks converged, open circles where some did.

    A strength at which no network converged has a cross at the upper edge. The unit is
    the mean over the networks that converged at g = 0. Without one, all strengths have
    crosses.
    """
    points = table.groupby("g")[column].agg(["mean", "std", "count", "size"])
    relative = column != "shuffle_loss_ratio"
    unit = points["mean"].get(0.0, np.nan) if relative else 1.0
    mean, spread = points["mean"] / unit, points["std"].fillna(0) / unit
    whole = (points["count"] == points["size"]) & mean.notna()
    partial = mean.notna() & ~whole
    line = {"color": colour, "marker": "o", "ms": 2}
    line_with_spread(
        ax, mean.index[whole], mean[whole], spread[whole], **line, label=label
    )
    if partial.any():
        ax.plot(mean.index[partial], mean[partial], "o", ms=3, mfc="none", mec=colour)
    if len(missing := mean.index[mean.isna()]):
        ax.plot(
            missing, np.ones(len(missing)), "x", ms=3, color=colour, clip_on=False,
            transform=ax.get_xaxis_transform(),
        )  # fmt: skip
