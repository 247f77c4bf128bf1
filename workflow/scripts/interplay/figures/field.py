"""Tasks compared: rank, learning and dependence on g, next to the dimension of the task."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from interplay.figures import style
from interplay.figures.fig2 import QUANTITIES
from interplay.figures.panels import Panel, lettered

TABLE = "field.csv"

NUMBERS = {
    "n_inputs": {"marker": "D", "ms": 4, "mfc": "white", "mew": 0.7},
    "input_dimension": {"marker": "D", "ms": 2.5, "mew": 0},
    "n_outputs": {"marker": "s", "ms": 4, "mfc": "white", "mew": 0.7},
    "target_dimension": {"marker": "s", "ms": 2.5, "mew": 0},
}
"""columns of the task, and their markers"""

INPUTS = ("n_inputs", "input_dimension")

NAMES = {
    "input_dimension": "dimension of inputs",
    "n_inputs": "number of inputs",
    "target_dimension": "dimension of targets",
    "n_outputs": "number of outputs",
}

OF_NETWORKS = ("functional_rank", "norm_dW", "convergence_epoch", "shuffle_loss_ratio")
WITHOUT = OF_NETWORKS[:3]
"""quantities that are compared with those at g = 0"""

AGAINST = (
    ("shuffle_loss_ratio", "target_dimension"),
    ("shuffle_loss_ratio", "n_outputs"),
    ("functional_rank", "target_dimension"),
)
"""quantities of networks and the numbers of their tasks"""

SHORT = {
    "norm_dW": QUANTITIES["norm_dW"],
    "convergence_epoch": "convergence\n(epochs)",
    "shuffle_loss_ratio": "shuffled\nloss / $L_0$",
    "functional_rank": "functional\nrank",
}
"""labels of narrow panels"""

LOGARITHMIC = "convergence_epoch"

SPREAD = 0.6
"""share of a task's row over which its g are spread; of a number of outputs, its tasks"""

LARGEST, SMALLEST = 4.5, 2.5
"""sizes of points, from the weakest g to the strongest one, so that equal ones are rings"""

_DECISIONS = ("settled", "complete")

PANELS = lettered(
    Panel("numbers of each task", TABLE, columns=tuple(NUMBERS)),
    *(
        Panel(f"{column} of each task and g", TABLE, columns=(column, *_DECISIONS))
        for column in OF_NETWORKS
    ),
    *(
        Panel(
            f"{column} with g > 0 against g = 0", TABLE, "settled", (column, "complete")
        )
        for column in WITHOUT
    ),
    *(
        Panel(
            f"{column} against {number}", TABLE, "settled", (column, number, "complete")
        )
        for column, number in AGAINST
    ),
)


def draw(field: pd.DataFrame) -> Figure:
    """Draw a row per task, comparisons with g = 0, and dependence on the task's dimension.

    Tasks are in the order of the dimension of their targets, and have numbers.

    Args:
        field: the table field.csv.
    """
    tasks = field.drop_duplicates("experiment")
    tasks = tasks.sort_values(["target_dimension", "n_outputs", "experiment"])
    tasks = tasks.set_index("experiment").assign(number=range(1, len(tasks) + 1))
    strengths = sorted(field.g.unique())
    scale = mpl.colormaps["viridis"](np.linspace(0, 1, len(strengths) + 2)[1:-1])
    colours = dict(zip(strengths, scale, strict=True))
    heights = [0.75, 1.1 + 0.17 * len(tasks), 1.75, 1.75]
    figure = Figure(figsize=(style.TEXT_WIDTH, sum(heights)))
    top, *rows = figure.subfigures(4, 1, height_ratios=heights)
    top.legend(
        handles=style.legend_entries(_entries(colours)), loc="lower center", ncols=4,
        columnspacing=1.2,
    )  # fmt: skip
    upper = rows[0].subplots(1, 5, sharey=True, width_ratios=(1.2, 1, 1, 1, 1))
    _draw_numbers(upper[0], tasks)
    means = _means(field).join(tasks[["number", *NUMBERS]], on="experiment")
    for ax, column in zip(upper[1:], OF_NETWORKS, strict=True):
        _draw_rows(ax, field, means, tasks.number, column, colours)
    middle = rows[1].subplots(1, 3)
    for ax, column in zip(middle, WITHOUT, strict=True):
        _draw_against_without(ax, means, column, colours)
    lower = rows[2].subplots(1, 3)
    for ax, (column, number) in zip(lower, AGAINST, strict=True):
        shown = means.dropna(subset=[column, number])
        if number == "n_outputs":
            shown = shown.assign(n_outputs=shown.n_outputs + _sideways(shown))
        _draw_points(ax, shown, number, column, colours)
        ax.set(xlabel=NAMES[number], ylabel=QUANTITIES[column])
        ax.set(xlim=(0, 1.1 * tasks[number].max()), ylim=(0, None))
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        if shown.empty:
            style.leave_empty(ax, "none settled")
    style.letter_panels([*upper, *middle, *lower])
    figure.suptitle(_title(field, len(tasks)), fontsize=8)
    return figure


def _title(field: pd.DataFrame, n_tasks: int) -> str:
    size = ", ".join(map(str, sorted(field.N.unique())))
    return (
        f"tasks: {n_tasks}, N = {size}; networks: {len(field)} (g: {field.g.nunique()}, "
        f"seeds: {field.seed.nunique()}), settled: {field.settled.sum()}"
    )


def _entries(colours: Mapping[float, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the legend: options of a marker by its label."""
    strengths = style.dots({f"$g = {g:g}$": colour for g, colour in colours.items()}, 3)
    numbers = {
        NAMES[column]: {"color": style.INK, "ls": "none", **marker}
        for column, marker in NUMBERS.items()
    }
    return {
        **{label: {**entry, "ls": "none"} for label, entry in strengths.items()},
        **numbers,
        "some settled": style.SOME,
        "none settled": {"marker": "x", "ms": 3.5, "mew": 0.9, **style.ALONE},
        "equal to g = 0": {"ls": ":", "lw": 0.7},
    }


def _means(field: pd.DataFrame) -> pd.DataFrame:
    """Return means of what settled: a row per experiment and g, of which some did."""
    settled = field[field.settled]
    groups = settled.groupby(["experiment", "g"])
    means = groups[list(OF_NETWORKS)].mean().assign(complete=groups.complete.all())
    return means.reset_index().astype(dict.fromkeys(OF_NETWORKS, float))


def _draw_numbers(ax: Axes, tasks: pd.DataFrame) -> None:
    """Draw the numbers of each task, and write its name."""
    for column, marker in NUMBERS.items():
        y = tasks.number + (-0.2 if column in INPUTS else 0.2)
        ax.plot(tasks[column], y, color=style.INK, ls="none", **marker)
    labels = [f"{name}  {number}" for name, number in tasks.number.items()]
    ax.set_yticks(tasks.number, labels)
    ax.set(ylim=(len(tasks) + 0.6, 0.4), xscale="log", xlabel="number,\ndimension")
    limits = (0.8, 1.4 * tasks[list(NUMBERS)].max().max())
    ax.set_xlim(limits)
    _name_ticks(ax.xaxis, *limits)
    _separate(ax, len(tasks))


def _draw_rows(
    ax: Axes,
    field: pd.DataFrame,
    means: pd.DataFrame,
    numbers: "pd.Series[int]",
    column: str,
    colours: Mapping[float, Any],
) -> None:
    """Draw a row per task: a mean per g, its networks, a cross if none of them settled."""
    offsets = _offsets(list(colours))
    for g, colour in colours.items():
        at_g = field[(field.g == g) & field.settled]
        y = at_g.experiment.map(numbers) + offsets[g]
        ax.plot(at_g[column].astype(float), y, ".", ms=1.5, color=style.MUTED, zorder=1)
        _draw_marks(ax, means[means.g == g], column, colour, means.number + offsets[g])
        for name in set(field[field.g == g].experiment) - set(at_g.experiment):
            ax.plot(
                1.02, numbers[name] + offsets[g], "x", ms=3, mew=0.9, color=colour,
                clip_on=False, transform=ax.get_yaxis_transform(),
            )  # fmt: skip
    ax.set_xlabel(SHORT[column])
    if means.empty:
        ax.set_xticks([])
    elif column == LOGARITHMIC:
        ax.set_xscale("log")
        _name_ticks(ax.xaxis, *ax.get_xlim())
    else:
        ax.set_xlim(0, None)
    if column == "functional_rank" and len(means):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=4))
    _separate(ax, len(numbers))


def _draw_marks(
    ax: Axes, means: pd.DataFrame, column: str, colour, y: "pd.Series[float]"
) -> None:
    """Draw means along x, with open markers where only some networks settled."""
    for index, row in means.iterrows():
        marker = style.MARKERS[bool(row.complete)]
        ax.plot(
            row[column], y[index], "o", color=colour, zorder=3, clip_on=False, **marker
        )


def _draw_against_without(
    ax: Axes, means: pd.DataFrame, column: str, colours: Mapping[float, Any]
) -> None:
    """Draw a quantity at each g > 0 against that at g = 0, of the same task."""
    without = means[means.g == 0].set_index("experiment")[column]
    pairs = means[means.g > 0].assign(without=lambda rows: rows.experiment.map(without))
    pairs = pairs.dropna(subset=["without", column])
    _draw_points(ax, pairs, "without", column, colours)
    label = QUANTITIES[column]
    ax.set(xlabel=f"{label}, $g = 0$", ylabel=f"{label}, $g > 0$")
    if pairs.empty:
        style.leave_empty(ax, "no pair settled")
        return
    both = pairs[["without", column]].to_numpy()
    if column == LOGARITHMIC:
        limits = (both.min() / 1.5, both.max() * 1.5)
        ax.set(xscale="log", yscale="log")
        for axis in (ax.xaxis, ax.yaxis):
            _name_ticks(axis, *limits)
    else:
        limits = (0, 1.15 * both.max())
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    ax.plot(limits, limits, ":", lw=0.7, color=style.MUTED, zorder=0)
    ax.set(xlim=limits, ylim=limits)


def _draw_points(
    ax: Axes, means: pd.DataFrame, x: str, y: str, colours: Mapping[float, Any]
) -> None:
    """Draw a point per task and g; the highest one of a task has its number."""
    sizes = np.linspace(LARGEST, SMALLEST, len(colours))
    for (g, colour), ms in zip(colours.items(), sizes, strict=True):
        for _, row in means[means.g == g].iterrows():
            marker = {**style.MARKERS[bool(row.complete)], "ms": ms}
            ax.plot(
                row[x], row[y], "o", color=colour, zorder=3 + g, clip_on=False, **marker
            )
    for _, of_task in means.groupby("number"):
        highest = of_task.loc[of_task[y].idxmax()]
        ax.annotate(
            f"{highest.number:g}", (highest[x], highest[y]), (0, 3), size=4.5,
            textcoords="offset points", ha="center", color=style.MUTED,
        )  # fmt: skip


def _name_ticks(axis: Axis, low: float, high: float) -> None:
    """Give a logarithmic axis few ticks, with plain numbers."""
    subs = (1,) if high / low > 30 else (1, 3) if high / low > 4 else (1, 1.5, 2, 3, 5, 7)
    axis.set_major_locator(LogLocator(subs=subs))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())


def _sideways(means: pd.DataFrame) -> "pd.Series[float]":
    """Return shifts that keep tasks with the same number of outputs apart."""
    place = means.groupby("n_outputs").number.rank("dense")
    count = means.groupby("n_outputs").number.transform("nunique")
    return SPREAD * ((place - 0.5) / count - 0.5)


def _offsets(strengths: Sequence[float]) -> dict[float, float]:
    """Return how far below the middle of a task's row each g is drawn."""
    places = np.linspace(-SPREAD / 2, SPREAD / 2, len(strengths) + 2)[1:-1]
    return dict(zip(strengths, places.tolist(), strict=True))


def _separate(ax: Axes, n_tasks: int) -> None:
    """Draw thin lines between the rows of tasks."""
    for number in range(1, n_tasks):
        ax.axhline(number + 0.5, color=style.MUTED, lw=0.3, alpha=0.5, zorder=0)
