"""Fig. 2: how learning depends on the strength of the initial connectivity."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, NullLocator

from interplay.figures import style
from interplay.figures.panels import Panel, lettered

QUANTITIES = {
    "convergence_epoch": "convergence (epochs)",
    "norm_dW": r"$\|\Delta W\|$",
    "shuffle_loss_ratio": "shuffled / initial loss",
    "functional_rank": "functional rank",
}
"""columns of nonlinear.csv, and the labels of their axes"""

_SHOWS = "convergence time", "norm of dW", "loss after shuffling W0", "functional rank"

PANELS = lettered(
    *(
        Panel(
            f"{shows} against g",
            "nonlinear.csv",
            "experiment in @experiments",
            (column, "settled", "complete"),
        )
        for shows, column in zip(_SHOWS, QUANTITIES, strict=True)
    )
)

BAND = 0.18
"""share of the height of panel (a) above the axis, for what did not settle"""


def draw(networks: pd.DataFrame, *, experiments: Mapping[str, str]) -> Figure:
    """Draw panels (a) to (d): mean and standard deviation over seeds against g.

    Args:
        networks: the table nonlinear.csv.
        experiments: the experiment that stands for each task.
    """
    figure = Figure(figsize=(style.TEXT_WIDTH, 2.1))
    axes = figure.subplots(1, 4)
    for task in style.TASKS:
        of_task = networks[networks.experiment == experiments[task]]
        for ax, column in zip(axes, QUANTITIES, strict=True):
            draw_against_g(ax, of_task, column, style.TASK_COLOURS[task])
    for ax, label in zip(axes, QUANTITIES.values(), strict=True):
        largest = networks[networks.experiment.isin(list(experiments.values()))].g.max()
        ax.set(xlabel="$g$", ylabel=label, xlim=(-0.12, largest + 0.12))
        ax.set_xticks(np.arange(np.floor(largest) + 1))
        ax.set_ylim(0, None)
    _finish_convergence(axes[0], networks, experiments)
    tasks = {name: style.TASK_COLOURS[task] for task, name in style.TASKS.items()}
    none = {"marker": "x", "ms": 3.5, "mew": 0.9, **style.ALONE}
    marks = {"some settled": style.SOME, "none settled": none}
    handles = style.legend_entries(style.dots(tasks) | marks)
    figure.legend(handles=handles, loc="outside upper center", ncols=5)
    style.letter_panels(axes)
    return figure


def _finish_convergence(
    ax: Axes, networks: pd.DataFrame, experiments: Mapping[str, str]
) -> None:
    """Make the axis logarithmic; mark in a band above it each g of which none settled."""
    style.use_log_axis(ax)
    missing = {}
    for task in style.TASKS:
        of_task = networks[networks.experiment == experiments[task]]
        missing[task] = set(of_task.g) - set(of_task[of_task.settled].g)
    if not any(missing.values()):
        return
    low, high = ax.get_ylim()
    ticks = [tick for tick in ax.get_yticks() if low <= tick <= high]
    if ax.get_yscale() == "log":
        # A grey band above the axis, so that no mark reads as a convergence time.
        ax.set_ylim(low, high * (high / low) ** (BAND / (1 - BAND)))
        ax.yaxis.set_major_locator(FixedLocator(ticks))
        ax.yaxis.set_minor_locator(NullLocator())
        band = {"color": style.MUTED, "alpha": 0.15, "lw": 0, "zorder": 0}
        ax.add_patch(Rectangle((0, 1 - BAND), 1, BAND, transform=ax.transAxes, **band))
    for number, (task, strengths) in enumerate(missing.items(), start=1):
        height = 1 - BAND * number / (len(style.TASKS) + 1)
        for g in strengths:
            ax.plot(
                g, height, "x", ms=3.5, mew=0.9, color=style.TASK_COLOURS[task],
                transform=ax.get_xaxis_transform(),
            )  # fmt: skip


def draw_against_g(
    ax: Axes, networks: pd.DataFrame, column: str, colour, label: str | None = None
) -> None:
    """Draw mean and standard deviation of a column over the networks of each g.

    Only networks that settled count. The marker of a g is open if some of its networks did
    not settle.

    Args:
        ax: where to draw.
        networks: rows of nonlinear.csv, of one experiment.
        column: of that table.
        colour: of line, shade and markers.
        label: of the line, for a legend.
    """
    shown = networks[networks.settled].dropna(subset=column).astype({column: float})
    if shown.empty:
        ax.plot([], [], color=colour, label=label)
        return
    style.draw_mean(ax, shown, "g", column, color=colour, label=label)
    whole = set(networks[networks.complete].g)
    for g, mean in shown.groupby("g")[column].mean().items():
        ax.plot(g, mean, "o", color=colour, zorder=3, **style.MARKERS[g in whole])
