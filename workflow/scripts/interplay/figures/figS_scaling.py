"""Supplement: what changes with the number of neurons, and what does not."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from interplay.figures import style
from interplay.figures.fig2 import QUANTITIES
from interplay.figures.panels import Panel, by_task, task_columns

ROWS = {
    "convergence_epoch": ("convergence time", QUANTITIES["convergence_epoch"]),
    "norm_dW": ("norm of dW", QUANTITIES["norm_dW"]),
    "norm_W": ("norm of W", r"$\|W\|$"),
    "functional_rank": ("functional rank", QUANTITIES["functional_rank"]),
}

MARKS = {r"$\sqrt{N}\,g$": {"ls": ":"}, "too few settled": style.SOME}

PANELS = by_task(
    *(
        Panel(
            f"{shows} against N", "scaling.csv", "role == '{task}' and settled", (column,)
        )
        for column, (shows, _) in ROWS.items()
    )
)


def draw(scaling: pd.DataFrame) -> Figure:
    """Draw a row per quantity and a column per task: mean and spread over seeds against N.

    Args:
        scaling: the table scaling.csv.
    """
    labels = [label for _, label in ROWS.values()]
    figure, axes = style.task_grid(6.2, labels, sharex=True)
    strengths = sorted(scaling.g.unique())
    sizes = sorted(scaling.N.unique())
    for column, (task, panels) in zip(axes.T, task_columns(PANELS), strict=True):
        colours = style.shades(strengths, style.TASK_COLOURS[task])
        for ax, panel, quantity in zip(column, panels, ROWS, strict=True):
            rows = panel.select(scaling)
            for g, colour in colours.items():
                _draw_against_n(ax, rows[rows.g == g], quantity, colour)
                if quantity == "norm_W" and g > 0 and len(rows):
                    line = {"color": style.MUTED, "lw": 1, "zorder": 3}
                    ax.plot(sizes, np.sqrt(sizes) * g, ":", **line)
            ax.set_ylim(0, None)
            if rows.empty:
                style.leave_empty(ax, "not trained")
        style.use_log_axis(column[0])
        column[-1].set(xlabel="$N$", xscale="log")
        column[-1].set_xticks(sizes, map(str, sizes))
        column[-1].xaxis.set_minor_locator(NullLocator())
    handles = style.legend_entries(style.strength_dots(strengths) | MARKS)
    figure.legend(handles=handles, loc="outside lower center", ncols=5)
    return figure


def _draw_against_n(ax: Axes, rows: pd.DataFrame, column: str, colour) -> None:
    """Draw the networks that settled; the marker is open where too few did to count."""
    shown = rows.dropna(subset=column).astype({column: float})
    counted = shown[shown.counts]
    if len(counted):
        style.draw_mean(ax, counted, "N", column, color=colour)
    for (n, counts), mean in shown.groupby(["N", "counts"])[column].mean().items():
        marker = {"zorder": 4, "clip_on": False, **style.MARKERS[counts]}
        ax.plot(n, mean, "o", color=colour, **marker)
