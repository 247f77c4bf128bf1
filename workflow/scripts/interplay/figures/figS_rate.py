"""Supplement: the learning rate that the published Fig. 2 (a, b) was made with."""

from itertools import cycle

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from interplay.figures import style
from interplay.figures.panels import Panel, lettered

DASHES = ("-", "--", ":", "-.", (0, (3, 1, 1, 1, 1, 1)), (0, (5, 4)), (0, (1, 3)))
"""a style per g; they begin again if there are more"""

PANELS = lettered(
    Panel(
        "distance of each learning rate from the published values",
        "rate.csv",
        columns=("distance", "standard_error"),
    ),
    *(
        Panel(
            f"{name} over the published one, against the learning rate",
            "rate.csv",
            f"quantity == '{quantity}'",
            ("measured", "published"),
        )
        for name, quantity in (
            ("convergence time", "convergence_epoch"),
            ("norm of dW", "norm_dW"),
        )
    ),
)


def draw(rate: pd.DataFrame) -> Figure:
    """Draw distance (a), convergence times (b) and norms (c) against the learning rate.

    Args:
        rate: the table rate.csv.
    """
    figure = Figure(figsize=(style.TEXT_WIDTH, 2.3))
    axes = figure.subplots(1, 3)
    rates = rate.groupby("learning_rate")
    distances, errors = rates.distance.first(), rates.standard_error.first()
    axes[0].errorbar(
        distances.index, distances, errors, fmt="o-", color=style.INK, elinewidth=0.8
    )
    identified = rate[rate.identified].learning_rate.unique()
    axes[0].plot(
        identified, distances[identified], "o", ms=7, mfc="none", color=style.INK
    )
    axes[0].set(ylabel="mean |log(measured / published)|", ylim=(0, None))
    names = "epochs", r"$\|\Delta W\|$"
    for letter, ax, quantity in zip("bc", axes[1:], names, strict=True):
        ax.axhline(1, color=style.MUTED, lw=0.7, ls=":")
        _draw_ratios(ax, PANELS[letter].select(rate))
        ax.set_ylabel(f"{quantity} / published")
    for ax in axes:
        ax.set_xlabel(r"learning rate $\times\, N$")
        for one in identified:
            ax.axvline(one, color=style.MUTED, lw=0.7, zorder=0)
    figure.legend(handles=_legend(rate), loc="outside upper center", ncols=6)
    style.letter_panels(axes)
    return figure


def _draw_ratios(ax: Axes, rows: pd.DataFrame) -> None:
    """Draw mean and standard deviation over seeds of measured over published."""
    ratios = rows.assign(ratio=rows.measured / rows.published)
    dashes = dict(zip(sorted(ratios.g.unique()), cycle(DASHES), strict=False))
    for (role, g), of_point in ratios.groupby(["role", "g"]):
        line = {"color": style.TASK_COLOURS[role], "ls": dashes[g]}
        style.draw_mean(ax, of_point, "learning_rate", "ratio", shade=0.12, **line)
    if np.isfinite(ax.dataLim.minposy):
        ax.set_ylim(0, None)


def _legend(rate: pd.DataFrame) -> list[Line2D]:
    roles = rate.role.unique()
    tasks = {
        name: {"color": style.TASK_COLOURS[task]}
        for task, name in style.TASKS.items()
        if task in roles
    }
    dashes = zip(sorted(rate.g.unique()), cycle(DASHES), strict=False)
    strengths = {f"$g = {g:g}$": {"color": style.INK, "ls": ls} for g, ls in dashes}
    return style.legend_entries(tasks | strengths)
