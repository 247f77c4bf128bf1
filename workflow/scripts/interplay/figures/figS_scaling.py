"""Supplement: what changes with the number of neurons, and what does not."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from interplay.figures.fig2 import OPEN, QUANTITIES
from interplay.figures.panels import Panel, letters
from interplay.figures.style import (
    INK,
    MUTED,
    TASK_COLOURS,
    TASKS,
    TEXT_WIDTH,
    leave_empty,
    letter_panels,
    shades,
    use_log_axis,
)

ROWS = {
    "convergence_epoch": ("convergence time", QUANTITIES["convergence_epoch"]),
    "norm_dW": ("norm of dW", QUANTITIES["norm_dW"]),
    "norm_W": ("norm of W", r"$\|W\|$"),
    "functional_rank": ("functional rank", QUANTITIES["functional_rank"]),
}

PANELS = {
    letter: Panel(
        f"{shows} against N: {name}",
        "scaling.csv",
        f"role == '{task}' and settled",
        (column,),
    )
    for start, (column, (shows, _)) in zip("adgj", ROWS.items(), strict=True)
    for letter, (task, name) in zip(letters(start, 3), TASKS.items(), strict=True)
}


def draw(scaling: pd.DataFrame) -> Figure:
    """Draw a row per quantity and a column per task: mean and spread over seeds against N.

    Args:
        scaling: the table scaling.csv.
    """
    figure = Figure(figsize=(TEXT_WIDTH, 6.2))
    axes = figure.subplots(4, 3, sharex=True)
    strengths = sorted(scaling.g.unique())
    sizes = sorted(scaling.N.unique())
    for column, (task, name) in enumerate(TASKS.items()):
        axes[0, column].set_title(name)
        colours = dict(
            zip(strengths, shades(TASK_COLOURS[task], len(strengths)), strict=False)
        )
        for ax, start, quantity in zip(axes[:, column], "adgj", ROWS, strict=True):
            rows = PANELS[letters(start, 3)[column]].select(scaling)
            for g, colour in colours.items():
                _draw_against_n(ax, rows[rows.g == g], quantity, colour)
                if quantity == "norm_W" and g > 0 and len(rows):
                    ax.plot(sizes, np.sqrt(sizes) * g, ":", color=MUTED, lw=1, zorder=3)
            ax.set(xlabel="", ylabel="")
            ax.set_ylim(0, None)
            if rows.empty:
                leave_empty(ax, "not trained")
        use_log_axis(axes[0, column])
        axes[-1, column].set_xscale("log")
        axes[-1, column].set_xticks(sizes, map(str, sizes))
        axes[-1, column].xaxis.set_minor_locator(NullLocator())
        axes[-1, column].set_xlabel("$N$")
    for ax, (_, label) in zip(axes[:, 0], ROWS.values(), strict=True):
        ax.set_ylabel(label)
    figure.legend(handles=_legend(strengths), loc="outside lower center", ncols=5)
    letter_panels(axes.flat)
    return figure


def _draw_against_n(ax: Axes, rows: pd.DataFrame, column: str, colour) -> None:
    """Draw the networks that settled; the marker is open where too few did to count."""
    shown = rows.dropna(subset=column).astype({column: float})
    counted = shown[shown.counts]
    if len(counted):
        sns.lineplot(
            counted, x="N", y=column, errorbar="sd", color=colour, err_kws={"lw": 0},
            ax=ax,
        )  # fmt: skip
    for (n, counts), mean in shown.groupby(["N", "counts"])[column].mean().items():
        style = {"ms": 2.5} if counts else {"ms": 3.2, **OPEN}
        ax.plot(n, mean, "o", color=colour, zorder=4, clip_on=False, **style)


def _legend(strengths: list[float]) -> list[Line2D]:
    lines = [
        Line2D([], [], color=colour, marker="o", ms=2.5, label=f"$g = {g:g}$")
        for g, colour in zip(strengths, shades(INK, len(strengths)), strict=False)
    ]
    few = {"marker": "o", "ms": 3.2, "ls": "none", "label": "too few settled", **OPEN}
    return [
        *lines,
        Line2D([], [], color=MUTED, ls=":", label=r"$\sqrt{N}\,g$"),
        Line2D([], [], color=INK, **few),
    ]
