"""Supplement: convergence time and norm of dW beside the published values.

The flip-flop appears in both variants: what the paper's text describes, and what
its Fig. 1(a) shows and its Fig. 2 was made with.
"""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from interplay.figures.fig2 import PANELS, draw_against_g
from interplay.figures.style import (
    INK,
    TASK_COLOURS,
    TASKS,
    TEXT_WIDTH,
    label_panels,
    shades,
)


def draw(
    networks: pd.DataFrame,
    published: pd.DataFrame,
    *,
    readings: dict[str, dict[str, str]],
) -> Figure:
    """Draw a column a task; above the convergence time, below the norm of dW.

    Args:
        networks: the table nonlinear.csv.
        readings: the experiment that stands for each task, by reading.
        published: quantity, task, hold, g, value and bound ("above" where the
            published curve leaves its axis), read off the published Fig. 2.
    """
    figure = Figure(figsize=(TEXT_WIDTH, 3.7))
    axes = figure.subplots(2, 3, sharex="col")
    for column, (task, name) in enumerate(TASKS.items()):
        axes[0, column].set_title(name)
        of_task = {
            name: networks[networks.experiment == reading[task]]
            for name, reading in readings.items()
        }
        colours = shades(TASK_COLOURS[task], len(of_task))
        for row, quantity in enumerate(["convergence_epoch", "norm_dW"]):
            ax = axes[row, column]
            for (name, table), colour in zip(of_task.items(), colours, strict=True):
                draw_against_g(ax, table, quantity, color=colour, label=name)
            right = (published.quantity == quantity) & (published.task == task)
            for bound, marker in {"": "_", "above": "^"}.items():
                points = published[right & (published.bound == bound)]
                label = {"": "published", "above": "published: above"}[bound]
                ax.plot(
                    points.g, points.value, marker, color=INK, ms=5, mew=1.2, mfc="none",
                    ls="none", label=label if len(points) else None,
                )  # fmt: skip
        axes[0, column].set_yscale("log")
        axes[0, column].yaxis.set_major_locator(LogLocator(subs=(1, 3)))
        axes[0, column].yaxis.set_major_formatter("{x:g}")
        axes[0, column].yaxis.set_minor_formatter(NullFormatter())
        axes[1, column].set(xlabel="$g$", ylim=(0, None))
        # Below the column, since points lie anywhere; the upper panel has every label.
        axes[1, column].legend(
            *axes[0, column].get_legend_handles_labels(),
            loc="upper center",
            bbox_to_anchor=(0.5, -0.32),
            handlelength=1,
        )
    axes[0, 0].set_ylabel(PANELS["convergence_epoch"])
    axes[1, 0].set_ylabel(PANELS["norm_dW"])
    label_panels(axes.flat, x=-0.12)
    return figure
