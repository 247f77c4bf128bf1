"""Supplement: directions of dW, and the loss with a larger dW."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures import style
from interplay.figures.panels import Panel, by_task, task_columns

CONNECTIVITY = {
    "initial": ("with $W_0$", {"ls": "-"}),
    "shuffled": ("$W_0$ shuffled", {"ls": (0, (4, 2))}),
    "random": ("random directions", {"ls": (0, (1, 1)), "color": style.MUTED}),
}
"""names and lines of what multiplies the vectors, or is added to dW"""

SIDES = {"left": {"marker": "o", "ms": 2.5}, "right": {"marker": "x", "ms": 3.5}}
"""markers of left and right singular vectors"""

TRAINED = {"lw": 0.5, "ms": 2}
"""lines of the spans of the vectors after training"""

OF_TASK = "experiment == @experiments['{task}']"

PANELS = by_task(
    Panel(
        "share of dW in the span of vectors times powers of W0, against the power",
        "nonlinear_directions.parquet",
        f"{OF_TASK} and vectors == 'initial' and g == @example",
        ("share",),
    ),
    Panel(
        "the same at the largest power, against g",
        "nonlinear_directions.parquet",
        f"{OF_TASK} and vectors in ['initial', 'trained'] and power == @powers",
        ("share",),
    ),
    Panel(
        "loss with a larger dW, over the initial loss",
        "nonlinear_gain.csv",
        f"{OF_TASK} and g in @g",
        ("loss_ratio",),
    ),
)


def draw(
    directions: pd.DataFrame,
    gain: pd.DataFrame,
    *,
    experiments: Mapping[str, str],
    example: float,
    powers: int,
    g: Sequence[float],
    threshold: float,
) -> Figure:
    """Draw the shares of dW in two rows, and the loss with a larger dW below.

    There is one column per task.

    Args:
        directions: the table nonlinear_directions.parquet.
        gain: the table nonlinear_gain.csv.
        experiments: the experiment that stands for each task.
        example: g of the first row.
        powers: the largest power of W0.
        g: strengths of the initial connectivity in the last row, a shade each.
        threshold: loss over initial loss below which a network has converged.
    """
    labels = f"share, $g = {example:g}$", f"share, power {powers}", "loss / initial loss"
    figure, axes = style.task_grid(5.0, labels, sharey="row")
    options = {
        "experiments": experiments, "example": example, "powers": powers, "g": g,
    }  # fmt: skip
    tables = directions, directions, gain
    for column, (task, panels) in zip(axes.T, task_columns(PANELS), strict=True):
        rows = [
            panel.select(table, **options)
            for panel, table in zip(panels, tables, strict=True)
        ]
        column[0].text(
            0.04, 0.93, f"n = {rows[0].seed.nunique()}", transform=column[0].transAxes
        )
        for ax, x, table in zip(column, ("power", "g"), rows, strict=False):
            _draw_shares(ax, table, x, style.TASK_COLOURS[task])
        column[0].set(xlabel="largest power of $W_0$")
        column[0].xaxis.get_major_locator().set_params(integer=True)
        column[1].set(xlabel="$g$")
        _draw_losses(column[2], rows[2], style.shades(g, style.TASK_COLOURS[task]))
        column[2].axhline(threshold, color=style.INK, ls=(0, (1, 2)), lw=0.7)
        column[2].set(xlabel=r"factor of $\Delta W$")
        if len(rows[2]):
            counts = rows[2].groupby("g").seed.nunique().reindex(g, fill_value=0)
            numbers = f"n = {', '.join(map(str, counts))}"
            column[2].set_title(numbers, loc="right", fontsize=6.5)
            style.use_log_axis(column[2])
    for ax in axes[:2, 0]:
        ax.set_ylim(0, None)
    entries = {
        **dict(CONNECTIVITY.values()),
        "vectors after training": {"ls": "-", **TRAINED, "marker": None},
        **{f"{side} vectors": {**marker, "ls": "none"} for side, marker in SIDES.items()},
        **{f"{name} (g-i)": dot for name, dot in style.strength_dots(g, ms=2).items()},
    }
    handles = style.legend_entries(entries)
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return figure


def _draw_shares(ax: Axes, table: pd.DataFrame, x: str, colour: str) -> None:
    """Draw the mean share against a column, a line per side, vectors and connectivity."""
    for (side, vectors, connectivity), group in table.groupby(
        ["side", "vectors", "connectivity"]
    ):
        line = {"color": colour, **SIDES[side], "lw": 1, **CONNECTIVITY[connectivity][1]}
        if vectors == "trained":
            if connectivity != "initial":
                continue
            line |= TRAINED
        style.draw_mean(ax, group, x, "share", shade=0.15, **line)


def _draw_losses(ax: Axes, table: pd.DataFrame, colours: Mapping[float, object]) -> None:
    """Draw the mean loss against the factor of dW, a shade per g."""
    for (connectivity, strength), group in table.groupby(["connectivity", "g"]):
        style.draw_mean(
            ax, group, "gain", "loss_ratio", shade=0.1, color=colours[strength],
            marker="o", ms=2, lw=1, **CONNECTIVITY[connectivity][1],
        )  # fmt: skip
