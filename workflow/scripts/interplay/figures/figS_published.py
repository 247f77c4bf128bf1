"""Supplement: every panel of Fig. 2 compared with the published values."""

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MultipleLocator, NullLocator

from interplay.figures import style
from interplay.figures.fig2 import QUANTITIES, draw_against_g
from interplay.figures.panels import Panel, by_task
from interplay.tables.published import of_figure_2

ROWS = (
    ("convergence_epoch", False),
    ("convergence_epoch", True),
    ("norm_dW", False),
    ("norm_dW", True),
    ("shuffle_loss_ratio", False),
    ("functional_rank_rank0", False),
)
"""quantity of each row of panels, and whether it is shown over the published one"""

LABELS = QUANTITIES | {"functional_rank_rank0": QUANTITIES["functional_rank"]}
"""The published rank is for a share of the loss at rank 0."""

MARKS = {
    "some settled": style.SOME,
    "published": {"marker": "_", "ms": 5, "mew": 1.2, **style.ALONE},
    "published: above": {"marker": "^", "ms": 5, "mfc": "none", **style.ALONE},
}

PANELS = by_task(
    *(
        Panel(
            f"{LABELS[column]}, measured {'over' if ratio else 'and'} published",
            "nonlinear.csv",
            "experiment in @experiments['{task}']",
            (column, "settled", "complete"),
        )
        for column, ratio in ROWS
    )
)


def draw(
    networks: pd.DataFrame,
    published: pd.DataFrame,
    *,
    experiments: Mapping[str, Mapping[str, str]],
) -> Figure:
    """Draw one column per task, and a row for each of `ROWS`.

    Args:
        networks: the table nonlinear.csv.
        published: the table paper/published.csv, read off the published Fig. 2.
        experiments: for each task, the experiment that stands for it in each reading.
    """
    readings = list(experiments["flipflop"])
    drawn = of_figure_2(published)
    heights = [1 if ratio else 1.5 for _, ratio in ROWS]
    labels = ["measured /\npublished" if ratio else LABELS[name] for name, ratio in ROWS]
    options = {"sharex": "col", "gridspec_kw": {"height_ratios": heights}}
    figure, axes = style.task_grid(8.4, labels, **options)
    for column, task in zip(axes.T, style.TASKS, strict=True):
        colours = style.shades(readings, style.TASK_COLOURS[task])
        for ax, (quantity, ratio) in zip(column, ROWS, strict=True):
            points = drawn[(drawn.quantity == quantity) & (drawn.task == task)]
            for reading, colour in colours.items():
                of_task = networks[networks.experiment == experiments[task][reading]]
                draw_one = partial(_draw_ratio, points) if ratio else draw_against_g
                draw_one(ax, of_task, quantity, colour)
            if ratio:
                ax.axhline(1, color=style.MUTED, lw=0.7, ls=":")
            else:
                _draw_published(ax, points)
                ax.set_ylim(0, None)
        style.use_log_axis(column[0])
        column[-1].set_xlabel("$g$")
        column[-1].xaxis.set_major_locator(MultipleLocator(1))
    for of_row, (_, ratio) in zip(axes, ROWS, strict=True):
        if ratio:
            _share_ratio_axis(of_row)
    shown = {
        f"reading {name}": c for name, c in style.shades(readings, style.INK).items()
    }
    handles = style.legend_entries(style.dots(shown) | MARKS)
    figure.legend(handles=handles, loc="outside lower center", ncols=5)
    return figure


def _draw_published(ax: Axes, points: pd.DataFrame) -> None:
    """Mark published values with their reading errors, and bounds."""
    for bound, marker in {"": "_", "above": "^"}.items():
        shown = points[points.bound == bound]
        ax.plot(shown.g, shown.value, marker, color=style.INK, ms=5, mew=1.2, mfc="none")
    exact = points[points.bound == ""]
    ax.errorbar(
        exact.g,
        exact.value,
        exact.reading_error,
        fmt="none",
        ecolor=style.INK,
        elinewidth=0.6,
    )


def _draw_ratio(
    points: pd.DataFrame, ax: Axes, networks: pd.DataFrame, quantity: str, colour
) -> None:
    """Draw the mean of the networks that settled over the published value."""
    exact = points[points.bound == ""].set_index("g").value
    means = networks[networks.settled].groupby("g")[quantity].mean().astype(float)
    ratio = (means / exact).dropna()
    whole = np.isin(ratio.index, networks[networks.complete].g)
    ax.plot(ratio.index, ratio, "-", color=colour)
    for kind, marker in style.MARKERS.items():
        shown = ratio[whole == kind]
        ax.plot(shown.index, shown, "o", color=colour, **marker)


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
