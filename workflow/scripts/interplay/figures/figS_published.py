"""Supplement: convergence time and norm of dW compared with the published values."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import (
    FixedLocator,
    MultipleLocator,
    NullLocator,
)

from interplay.figures.fig2 import OPEN, QUANTITIES, draw_against_g
from interplay.figures.panels import Panel, letters
from interplay.figures.style import (
    INK,
    MUTED,
    TASK_COLOURS,
    TASKS,
    TEXT_WIDTH,
    letter_panels,
    shades,
    use_log_axis,
)
from interplay.nonlinear.settled import complete, settled

SHOWN = ("convergence_epoch", "norm_dW")

PANELS = {
    letter: Panel(
        f"{shows.format(QUANTITIES[column])}: {name}",
        "nonlinear.csv",
        f"experiment in @experiments['{task}'].values() and converged"
        " and functional_rank.notna()",
        (column,),
    )
    for start, shows, column in (
        ("a", "{}, measured and published", SHOWN[0]),
        ("d", "{}, measured over published", SHOWN[0]),
        ("g", "{}, measured and published", SHOWN[1]),
        ("j", "{}, measured over published", SHOWN[1]),
    )
    for letter, (task, name) in zip(letters(start, 3), TASKS.items(), strict=True)
}


def draw(
    networks: pd.DataFrame,
    published: pd.DataFrame,
    *,
    experiments: Mapping[str, Mapping[str, str]],
) -> Figure:
    """Draw one column per task: convergence time, its ratio, norm of dW, its ratio.

    Args:
        networks: the table nonlinear.csv.
        published: the table paper/published.csv, read off the published Fig. 2.
        experiments: for each task, the experiment that stands for it in each reading.
    """
    readings = list(experiments["flipflop"])
    figure = Figure(figsize=(TEXT_WIDTH, 6.4))
    axes = figure.subplots(
        4, 3, sharex="col", gridspec_kw={"height_ratios": [1.5, 1, 1.5, 1]}
    )
    for column, (task, name) in enumerate(TASKS.items()):
        axes[0, column].set_title(name)
        colours = dict(zip(readings, shades(TASK_COLOURS[task], 2), strict=False))
        for row, quantity in zip((0, 2), SHOWN, strict=True):
            values, ratios = axes[row : row + 2, column]
            points = published[
                (published.quantity == quantity) & (published.task == task)
            ]
            for reading, colour in colours.items():
                of_task = networks[networks.experiment == experiments[task][reading]]
                draw_against_g(values, of_task, quantity, colour)
                _draw_ratio(ratios, of_task, points, quantity, colour)
            for bound, marker in {"": "_", "above": "^"}.items():
                shown = points[points.bound == bound]
                values.plot(
                    shown.g, shown.value, marker, color=INK, ms=5, mew=1.2, mfc="none"
                )
            values.set(xlabel="", ylabel="")
            ratios.axhline(1, color=MUTED, lw=0.7, ls=":")
        use_log_axis(axes[0, column])
        axes[2, column].set_ylim(0, None)
        axes[3, column].set_xlabel("$g$")
        axes[3, column].xaxis.set_major_locator(MultipleLocator(1))
    for row, quantity in zip((0, 2), SHOWN, strict=True):
        _share_ratio_axis(axes[row + 1])
        axes[row, 0].set_ylabel(QUANTITIES[quantity])
        axes[row + 1, 0].set_ylabel("measured /\npublished")
    figure.legend(handles=_legend(readings), loc="outside lower center", ncols=5)
    letter_panels(axes.flat)
    return figure


def _draw_ratio(
    ax: Axes, networks: pd.DataFrame, points: pd.DataFrame, quantity: str, colour
) -> None:
    """Draw the mean of the networks that settled over the published value."""
    exact = points[points.bound == ""].set_index("g").value
    means = networks[settled(networks)].groupby("g")[quantity].mean().astype(float)
    ratio = (means / exact).dropna()
    whole = np.isin(ratio.index, networks[complete(networks)].g)
    ax.plot(ratio.index, ratio, "-", color=colour)
    ax.plot(ratio.index[whole], ratio[whole], "o", color=colour, ms=2.5)
    ax.plot(ratio.index[~whole], ratio[~whole], "o", color=colour, ms=3.2, **OPEN)


def _share_ratio_axis(axes: np.ndarray) -> None:
    """Give the ratios of all tasks the same logarithmic axis around 1."""
    for ax in axes:
        ax.set_yscale("log")
    limits = np.array([ax.get_ylim() for ax in axes])
    for ax in axes:
        ax.set_ylim(min(0.5, limits[:, 0].min()), max(2, limits[:, 1].max()))
        ax.yaxis.set_major_locator(FixedLocator([0.25, 0.5, 1, 2, 4]))
        ax.yaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_minor_locator(NullLocator())


def _legend(readings: list[str]) -> list[Line2D]:
    colours = shades(INK, 2)
    lines = [
        Line2D([], [], color=colour, marker="o", ms=2.5, label=f"reading {name}")
        for name, colour in zip(readings, colours, strict=False)
    ]
    alone = {"color": INK, "ls": "none"}
    return [
        *lines,
        Line2D([], [], marker="o", ms=3.2, label="some settled", **OPEN, **alone),
        Line2D([], [], marker="_", ms=5, mew=1.2, label="published", **alone),
        Line2D([], [], marker="^", ms=5, mfc="none", label="published: above", **alone),
    ]
