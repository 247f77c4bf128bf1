"""Fig. 2: how learning depends on the strength of the initial connectivity."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from interplay.completeness import complete
from interplay.figures.style import (
    TASK_COLOURS,
    TASKS,
    TEXT_WIDTH,
    label_panels,
    line_with_spread,
    mean_and_spread,
)

PANELS = {
    "convergence_epoch": "convergence (epochs)",
    "norm_dW": r"$\|\Delta W\|$",
    "shuffle_loss_ratio": r"shuffled loss / $L_0$",
    "functional_rank": "functional rank",
}


def draw(networks: pd.DataFrame, *, hold: str) -> Figure:
    """Draw panels (a) to (d): mean and standard deviation over seeds against g.

    A point is drawn only if all of its networks converged and have a functional
    rank; a cross on the axis of panel (a) marks each g that is left out.

    Args:
        networks: the table nonlinear.csv.
        hold: which flip-flop is shown.
    """
    figure = Figure(figsize=(TEXT_WIDTH, 1.95))
    axes = figure.subplots(1, 4)
    for task, name in TASKS.items():
        of_task = networks[networks.task == task]
        if task == "flipflop":
            of_task = of_task[of_task.hold == hold]
        whole = of_task[complete(of_task)]
        colour = TASK_COLOURS[task]
        for ax, column in zip(axes, PANELS, strict=True):
            found = mean_and_spread(whole, "g", column)
            line_with_spread(
                ax, found.index, found["mean"], found["std"],
                color=colour, label=name, marker="o", ms=2,
            )  # fmt: skip
        left_out = sorted(set(of_task.g) - set(whole.g))
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
