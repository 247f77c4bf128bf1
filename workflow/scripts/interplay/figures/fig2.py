"""Fig. 2: how learning depends on the strength of the initial connectivity."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures.style import (
    TASK_COLOURS,
    TASKS,
    TEXT_WIDTH,
    label_panels,
    line_with_spread,
    mean_and_spread,
)
from interplay.nonlinear.settled import complete, settled

PANELS = {
    "convergence_epoch": "convergence (epochs)",
    "norm_dW": r"$\|\Delta W\|$",
    "shuffle_loss_ratio": r"shuffled loss / $L_0$",
    "functional_rank": "functional rank",
}


def draw(networks: pd.DataFrame, *, experiments: dict[str, str]) -> Figure:
    """Draw panels (a) to (d): mean and standard deviation over seeds against g.

    A cross on the axis of panel (a) marks each g of which no network settled.

    Args:
        networks: the table nonlinear.csv.
        experiments: the experiment that stands for each task.
    """
    figure = Figure(figsize=(TEXT_WIDTH, 1.95))
    axes = figure.subplots(1, 4)
    for task, name in TASKS.items():
        of_task = networks[networks.experiment == experiments[task]]
        colour = TASK_COLOURS[task]
        for ax, column in zip(axes, PANELS, strict=True):
            draw_against_g(ax, of_task, column, color=colour, label=name)
        left_out = sorted(set(of_task.g) - set(of_task[settled(of_task)].g))
        axes[0].plot(
            left_out, [0.02 + 0.05 * list(TASKS).index(task)] * len(left_out), "x",
            transform=axes[0].get_xaxis_transform(), color=colour, ms=3, mew=0.8,
        )  # fmt: skip
    for ax, label in zip(axes, PANELS.values(), strict=True):
        ax.set(xlabel="$g$", ylabel=label, xlim=(-0.1, networks.g.max() + 0.1))
    # A logarithmic axis cannot be drawn without a point.
    if np.isfinite(axes[0].dataLim.minposy):
        axes[0].set_yscale("log")
    axes[1].set_ylim(0, None)
    axes[2].set_ylim(0, None)
    axes[3].set_ylim(0, None)
    # Above the panels, since points lie anywhere in them.
    handles = axes[0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside upper center", ncols=len(TASKS))
    label_panels(axes, x=-0.15)
    return figure


def draw_against_g(ax: Axes, networks: pd.DataFrame, column: str, **line) -> None:
    """Draw a column's mean and spread over the networks of a task against g.

    The line goes through the g of which all networks converged and have a functional
    rank; of the others, an open circle shows the mean of the networks that do.
    """
    whole = complete(networks)
    found = mean_and_spread(networks[whole], "g", column)
    line |= {"marker": "o", "ms": 2}
    line_with_spread(ax, found.index, found["mean"], found["std"], **line)
    others = networks[~whole & settled(networks)].groupby("g")[column].mean()
    line |= {"ls": "none", "mfc": "none", "mew": 0.6, "ms": 2.5, "label": None}
    ax.plot(others.index, others, **line)
