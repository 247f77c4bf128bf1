"""Supplement: the learning rate that the published Fig. 2 (a, b) was made with."""

from itertools import cycle

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from interplay.figures.panels import Panel
from interplay.figures.style import (
    INK,
    MUTED,
    TASK_COLOURS,
    TASKS,
    TEXT_WIDTH,
    letter_panels,
)

QUANTITIES = {
    "convergence_epoch": "epochs / published",
    "norm_dW": r"$\|\Delta W\|$ / published",
}

DASHES = ("-", "--", ":", "-.", (0, (3, 1, 1, 1, 1, 1)), (0, (5, 4)), (0, (1, 3)))
"""a style per g; they begin again if there are more"""

PANELS = {
    "a": Panel(
        "distance of each learning rate from the published values",
        "rate.csv",
        "",
        ("distance", "standard_error"),
    ),
    "b": Panel(
        "convergence time over the published one, against the learning rate",
        "rate.csv",
        "quantity == 'convergence_epoch'",
        ("measured", "published"),
    ),
    "c": Panel(
        "norm of dW over the published one, against the learning rate",
        "rate.csv",
        "quantity == 'norm_dW'",
        ("measured", "published"),
    ),
}


def draw(rate: pd.DataFrame) -> Figure:
    """Draw distance (a), convergence times (b) and norms (c) against the learning rate.

    Args:
        rate: the table rate.csv.
    """
    figure = Figure(figsize=(TEXT_WIDTH, 2.3))
    axes = figure.subplots(1, 3)
    rates = rate.groupby("learning_rate")
    distances, errors = rates.distance.first(), rates.standard_error.first()
    axes[0].errorbar(
        distances.index, distances, errors, fmt="o-", color=INK, elinewidth=0.8
    )
    identified = rate[rate.identified].learning_rate.unique()
    axes[0].plot(identified, distances[identified], "o", ms=7, mfc="none", color=INK)
    axes[0].set(ylabel="mean |log(measured / published)|", ylim=(0, None))
    for letter, ax in zip("bc", axes[1:], strict=True):
        rows = PANELS[letter].select(rate)
        ax.axhline(1, color=MUTED, lw=0.7, ls=":")
        _draw_ratios(ax, rows)
        if len(rows):
            ax.set_ylabel(QUANTITIES[rows["quantity"].iloc[0]])
    for ax in axes:
        ax.set_xlabel(r"learning rate $\times\, N$")
        for one in identified:
            ax.axvline(one, color=MUTED, lw=0.7, zorder=0)
    figure.legend(handles=_legend(rate), loc="outside upper center", ncols=6)
    letter_panels(axes)
    return figure


def _draw_ratios(ax: Axes, rows: pd.DataFrame) -> None:
    """Draw mean and standard deviation over seeds of measured over published."""
    if rows.empty:
        return
    ratios = rows.assign(ratio=rows.measured / rows.published)
    dashes = dict(zip(sorted(ratios.g.unique()), cycle(DASHES), strict=False))
    for (role, g), of_point in ratios.groupby(["role", "g"]):
        sns.lineplot(
            of_point, x="learning_rate", y="ratio", errorbar="sd", color=TASK_COLOURS[role],
            ls=dashes[g], err_kws={"lw": 0, "alpha": 0.12}, ax=ax,
        )  # fmt: skip
    if np.isfinite(ax.dataLim.minposy):
        ax.set_ylim(0, None)


def _legend(rate: pd.DataFrame) -> list[Line2D]:
    tasks = [
        Line2D([], [], color=TASK_COLOURS[task], label=name)
        for task, name in TASKS.items()
        if task in rate.role.unique()
    ]
    strengths = [
        Line2D([], [], color=INK, ls=ls, label=f"$g = {g:g}$")
        for g, ls in zip(sorted(rate.g.unique()), cycle(DASHES), strict=False)
    ]
    return tasks + strengths
