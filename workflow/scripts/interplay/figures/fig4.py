"""Fig. 4: how learning depends on g in the linear network."""

import pandas as pd
from matplotlib.figure import Figure

from interplay.figures.fig3 import DASHED, target_colours
from interplay.figures.style import (
    INK,
    TEXT_WIDTH,
    label_panels,
    line_with_spread,
    mean_and_spread,
)

PANELS = {
    "tau_star": r"$\tau^*$, relative",
    "norm_dW": r"$\|\Delta W\|$, relative",
    "mean_gradient_norm": r"$\|dW / d\tau\|$, relative",
    "shuffle_loss_ratio": r"shuffled loss / $L_0$",
}
"""relative: to the mean at g = 0, each target to its own"""


def draw(networks: pd.DataFrame, scalings: pd.DataFrame) -> Figure:
    """Draw panels (a) to (d): mean and standard deviation over seeds against g.

    A point of (a) and (c) is drawn only if all of its networks converged.

    Args:
        networks: the table linear.csv.
        scalings: the table linear_scalings.csv, first-order theory.
    """
    figure = Figure(figsize=(TEXT_WIDTH, 1.75))
    axes = figure.subplots(1, 4)
    colours = target_colours(sorted(networks.zhat.unique()))
    for ax, (column, label) in zip(axes, PANELS.items(), strict=True):
        for zhat, colour in colours.items():
            of_target = networks[networks.zhat == zhat]
            whole = of_target.groupby("g")[column].transform(lambda v: v.notna().all())
            found = mean_and_spread(of_target[whole], "g", column)
            unit = 1 if column == "shuffle_loss_ratio" else found["mean"].loc[0.0]
            line_with_spread(
                ax, found.index, found["mean"] / unit, found["std"] / unit,
                color=colour, label=rf"$\hat{{z}} = {zhat}$", marker="o", ms=2,
            )  # fmt: skip
        ax.plot(
            scalings.g, scalings[column], color=INK, ls=DASHED, lw=0.9, label="theory"
        )
        ax.set(xlabel="$g$", ylabel=label, xlim=(0, None), ylim=(0, None))
        ax.set_xticks([0, 0.3, 0.6, 0.9])
    axes[2].legend(loc="upper left", handlelength=1.5, borderaxespad=0)
    label_panels(axes, x=-0.15)
    return figure
