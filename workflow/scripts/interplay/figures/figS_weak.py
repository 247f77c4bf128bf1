"""Supplement: the loss after shuffling W0, where the initial connectivity is weak."""

import pandas as pd
from matplotlib.figure import Figure

from interplay.figures import style
from interplay.figures.fig2 import QUANTITIES, draw_against_g
from interplay.figures.panels import Panel, by_task, task_columns
from interplay.tables.published import exact

SHUFFLED = "shuffle_loss_ratio"
MARKS = {
    "one network": {"marker": ".", "ms": 3, "alpha": 0.5, **style.ALONE},
    "some settled": style.SOME,
    "published, Fig. 2(c)": {"marker": "_", "ms": 7, "mew": 1.2, **style.ALONE},
}

PANELS = by_task(
    Panel(
        "loss after shuffling W0 at small g",
        "weak.csv",
        "role == '{task}' and g < 1",
        (SHUFFLED, "settled", "complete"),
    )
)


def draw(weak: pd.DataFrame, published: pd.DataFrame) -> Figure:
    """Draw mean, standard deviation and single networks against g, one panel per task.

    Args:
        weak: the table weak.csv.
        published: the table paper/published.csv.
    """
    figure, axes = style.task_grid(2.1, [QUANTITIES[SHUFFLED]], squeeze=False)
    values = exact(published, "Fig. 2").query("quantity == @SHUFFLED and g < 1")
    for (ax,), (task, (panel,)) in zip(axes.T, task_columns(PANELS), strict=True):
        rows = panel.select(weak)
        if rows.empty:
            style.leave_empty(ax, "not trained")
            continue
        colour = style.TASK_COLOURS[task]
        draw_against_g(ax, rows, SHUFFLED, colour)
        settled = rows[rows.settled]
        ax.plot(settled.g, settled[SHUFFLED], ".", color=colour, ms=3, alpha=0.5)
        points = values[values.task == task]
        ax.errorbar(
            points.g, points.value, points.reading_error, color=style.INK, elinewidth=0.6,
            zorder=4, marker="_", ms=7, mew=1.2, ls="none",
        )  # fmt: skip
        ax.axhline(1, color=style.MUTED, lw=0.7, ls=":")
        ax.set(xlabel="$g$", ylim=(0, None))
    handles = style.legend_entries(MARKS)
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return figure
