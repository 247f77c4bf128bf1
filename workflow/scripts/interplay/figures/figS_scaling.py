"""Supplement: what changes with the number of neurons, and what does not."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from interplay.figures import style
from interplay.figures.fig2 import QUANTITIES
from interplay.figures.panels import Panel, by_task, task_columns
from interplay.tables.published import exact

ROWS = {
    "convergence_epoch": ("convergence time", QUANTITIES["convergence_epoch"]),
    "norm_dW": ("norm of dW", QUANTITIES["norm_dW"]),
    "norm_W": ("norm of W", r"$\|W\|$"),
    "functional_rank": ("functional rank", QUANTITIES["functional_rank"]),
}

FIG_S1 = {"marker": "_", "ms": 7, "mew": 1.2, "ls": "none"}
FIG_2 = {"marker": "D", "ms": 4.5, "mfc": "none", "mew": 0.8, "ls": "none"}
OTHER_RATE = {"marker": "x", "ms": 4, "mew": 0.8, "ls": "none"}
MARKS = {
    r"$\sqrt{N}\,g$": {"ls": ":"},
    "too few settled": style.SOME,
    "published, Fig. S1": {**FIG_S1, "color": style.INK},
    "published, Fig. 2, where Fig. S1 differs": {**FIG_2, "color": style.INK},
}

PANELS = by_task(
    *(
        Panel(
            f"{shows} against N", "scaling.csv", "role == '{task}' and settled", (column,)
        )
        for column, (shows, _) in ROWS.items()
    )
)


def draw(
    scaling: pd.DataFrame,
    twice: pd.DataFrame,
    published: pd.DataFrame,
    *,
    rates: Mapping[str, float],
) -> Figure:
    """Draw a row per quantity and a column per task: mean and spread over seeds against N.

    Args:
        scaling: the table scaling.csv.
        twice: the table published_twice.csv.
        published: the table paper/published.csv.
        rates: of each reading, before the division by N.
    """
    labels = [label for _, label in ROWS.values()]
    figure, axes = style.task_grid(6.6, labels, sharex=True)
    strengths = sorted(scaling.g.unique())
    sizes = sorted(scaling.N.unique())
    rate = list(rates.values())[-1]
    of_figS1 = exact(published, "Fig. S1").rename(columns={"task": "role"})
    for column, (task, panels) in zip(axes.T, task_columns(PANELS), strict=True):
        colours = style.shades(strengths, style.TASK_COLOURS[task])
        for ax, panel, quantity in zip(column, panels, ROWS, strict=True):
            rows = panel.select(scaling)
            if rows.empty:
                style.leave_empty(ax, "not trained")
                continue
            chosen = "role == @task and quantity == @quantity"
            both = twice.query(f"{chosen} and differs and N in @sizes")
            read_off = of_figS1.query(f"{chosen} and N in @sizes")
            for g, colour in colours.items():
                _draw_against_n(ax, rows[rows.g == g], quantity, colour)
                marks = {"color": colour, "zorder": 5}
                points = read_off[read_off.g == g]
                ax.errorbar(
                    points.N, points.value, points.reading_error, elinewidth=0.6, **FIG_S1,
                    **marks,
                )  # fmt: skip
                contradicted = both[both.g == g]
                ax.plot(contradicted.N, contradicted.fig2, **FIG_2, **marks)
                at_rate = contradicted[contradicted.learning_rate == rate]
                ax.plot(at_rate.N, at_rate.measured, **OTHER_RATE, **marks)
                if quantity == "norm_W" and g > 0:
                    line = {"color": style.MUTED, "lw": 1, "zorder": 3}
                    ax.plot(sizes, np.sqrt(sizes) * g, ":", **line)
            ax.set_ylim(0, None)
        style.use_log_axis(column[0])
        column[-1].set(xlabel="$N$", xscale="log")
        column[-1].set_xticks(sizes, map(str, sizes))
        column[-1].xaxis.set_minor_locator(NullLocator())
    ours = {f"ours there, at {rate:g} / N": {**OTHER_RATE, "color": style.INK}}
    handles = style.legend_entries(style.strength_dots(strengths) | MARKS | ours)
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
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
