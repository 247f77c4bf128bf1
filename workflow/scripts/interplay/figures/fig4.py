"""Fig. 4: how learning depends on g in the linear network."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures import style
from interplay.figures.linear import DASHED, target_colours
from interplay.figures.panels import Panel, lettered

QUANTITIES = {
    "tau_star": ("learning time", r"$\tau^*$, relative"),
    "norm_dW": ("norm of dW", r"$\|\Delta W\|$, relative"),
    "mean_gradient_norm": ("mean norm of the gradient", r"$\|dW / d\tau\|$, relative"),
    "shuffle_loss_ratio": ("loss after shuffling W0", r"shuffled loss / $L_0$"),
}
"""column of each panel, its name, and the label of its axis; "relative" means divided by the
mean at g = 0"""

PANELS = lettered(
    *(
        Panel(f"{name} against g", "linear.csv", f"{column}.notna()", (column,))
        for column, (name, _) in QUANTITIES.items()
    )
)


def draw(networks: pd.DataFrame, scalings: pd.DataFrame) -> Figure:
    """Draw panels (a) to (d): mean and standard deviation over seeds against g.

    Args:
        networks: the table linear.csv.
        scalings: the table linear_scalings.csv, first-order theory.
    """
    figure = Figure(figsize=(style.TEXT_WIDTH, 1.9))
    axes = figure.subplots(1, 4)
    colours = target_colours(networks.zhat.unique().tolist())
    for ax, (column, (_, label)) in zip(axes, QUANTITIES.items(), strict=True):
        for zhat, colour in colours.items():
            table = networks[networks.zhat == zhat]
            _draw_against_g(ax, table, column, rf"$\hat{{z}} = {zhat}$", colour)
        ax.plot(
            scalings.g,
            scalings[column],
            color=style.INK,
            ls=DASHED,
            lw=0.9,
            label="theory",
        )
        ax.set(xlabel="$g$", ylabel=label, xlim=(0, None), ylim=(0, None))
        ax.set_xticks([0, 0.3, 0.6, 0.9])
    axes[2].legend(loc="upper left", handlelength=1.5, borderaxespad=0)
    style.letter_panels(axes)
    return figure


def _draw_against_g(
    ax: Axes, table: pd.DataFrame, column: str, label: str, colour: str
) -> None:
    """Draw one target: a line where all networks converged, open circles where some did.

    A strength at which no network converged has a cross at the upper edge. The unit is
    the mean over the networks that converged at g = 0. Without one, all strengths have
    crosses.
    """
    table = table.astype({column: float})
    if column != "shuffle_loss_ratio":
        unit = table[table.g == 0][column].mean()
        table = table.assign(**{column: table[column] / unit})
    points = table.groupby("g")[column].agg(["mean", "count", "size"])
    whole = (points["count"] == points["size"]) & points["mean"].notna()
    partial = points["mean"][points["mean"].notna() & ~whole]
    missing = points.index[points["mean"].isna()]
    shown = table[table.g.isin(points.index[whole])]
    style.draw_mean(ax, shown, "g", column, color=colour, marker="o", ms=2, label=label)
    if len(partial):
        ax.plot(partial.index, partial, "o", ms=3, mfc="none", mec=colour)
    if len(missing):
        ax.plot(
            missing, np.ones(len(missing)), "x", ms=3, color=colour, clip_on=False,
            transform=ax.get_xaxis_transform(),
        )  # fmt: skip
