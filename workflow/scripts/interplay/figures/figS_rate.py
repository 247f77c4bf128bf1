"""Supplement: the learning rate that the published Fig. 2 (a, b) was made with."""

from collections.abc import Mapping
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures import style
from interplay.figures.panels import Panel, lettered
from interplay.tables.rates import AUTHORS

DASHES = ("-", "--", ":", "-.", (0, (3, 1, 1, 1, 1, 1)), (0, (5, 4)), (0, (1, 3)))
"""a style per g; they begin again if there are more"""

EPOCHS, NORM = "convergence_epoch", "norm_dW"
SHORT = {EPOCHS: "epochs", NORM: "norm"}
"""names of quantities in panel (e)"""

LINES = {"lw": 2.5, "solid_capstyle": "butt"}, {"lw": 0.8}
"""of an error over seeds, and of this error with that of reading the figure"""

PANELS = lettered(
    Panel(
        "distance of each learning rate from the published values",
        "rate.csv",
        columns=("distance", "standard_error"),
    ),
    *(
        Panel(
            f"{name} over the published one, against the learning rate",
            file,
            f"quantity == '{quantity}'",
            ("measured", "published"),
        )
        for name, file, quantity in (
            ("convergence time", "rate.csv", EPOCHS),
            ("norm of dW", "rate.csv", NORM),
            ("convergence time of the authors' model", "rate_authors.csv", EPOCHS),
        )
    ),
    Panel(
        "interpolated learning rate, by task and quantity",
        "rate_interpolated.csv",
        columns=("interpolated_rate", "standard_error", "reading_error"),
    ),
)


def draw(
    rate: pd.DataFrame,
    authors: pd.DataFrame,
    interpolated: pd.DataFrame,
    *,
    rates: Mapping[str, float],
) -> Figure:
    """Draw the distance (a), values over published ones (b-d) and interpolated rates (e).

    Args:
        rate: the table rate.csv.
        authors: the table rate_authors.csv.
        interpolated: the table rate_interpolated.csv.
        rates: of each reading, before the division by N.
    """
    figure = Figure(figsize=(style.TEXT_WIDTH, 4.8))
    above, below = figure.subfigures(2, 1)
    panels = [*above.subplots(1, 3), *below.subplots(1, 2)]
    axes = dict(zip(PANELS, panels, strict=True))
    by_rate = rate.groupby("learning_rate")
    distances, errors = by_rate.distance.first(), by_rate.standard_error.first()
    nearest = rate[rate.identified].learning_rate.unique()
    ink = {"color": style.INK}
    axes["a"].errorbar(
        distances.index, distances, errors, fmt="o-", elinewidth=0.8, **ink
    )
    axes["a"].plot(nearest, distances[nearest], "o", ms=7, mfc="none", **ink)
    axes["a"].set(ylabel="mean |log(measured / published)|", ylim=(0, None))
    norm, epochs = r"$\|\Delta W\|$ / published", "epochs / published"
    strengths = sorted({*rate.g, *authors.g})
    dashes = dict(zip(strengths, cycle(DASHES), strict=False))
    for letter, table, label in (
        ("b", rate, epochs),
        ("c", rate, norm),
        ("d", authors, f"{epochs}, authors' model"),
    ):
        axes[letter].axhline(1, color=style.MUTED, lw=0.7, ls=":")
        _draw_ratios(axes[letter], PANELS[letter].select(table), dashes)
        axes[letter].set_ylabel(label)
    _draw_interpolated(axes["e"], interpolated)
    for ax in axes.values():
        ax.set_xlabel(r"learning rate $\times\, N$")
        for name, line in zip(rates, DASHES, strict=False):
            ax.axvline(rates[name], color=style.MUTED, lw=0.7, ls=line, zorder=0)
    tasks = {*rate.role, *authors.role, *interpolated.role}
    colours = {
        name: {"color": style.TASK_COLOURS[task]}
        for task, name in style.TASKS.items()
        if task in tasks
    }
    lines = {f"$g = {g:g}$": {**ink, "ls": dashes[g]} for g in strengths}
    of_readings = {
        f"reading {name}": {"lw": 0.7, "ls": line}
        for name, line in zip(rates, DASHES, strict=False)
    }
    handles = style.legend_entries(colours | lines | of_readings)
    above.legend(handles=handles, loc="outside upper center", ncols=4)
    style.letter_panels(panels)
    return figure


def _draw_ratios(ax: Axes, rows: pd.DataFrame, dashes: Mapping[float, Any]) -> None:
    """Draw mean and standard deviation over seeds of measured over published."""
    ratios = rows.assign(ratio=rows.measured / rows.published)
    for (role, g), of_point in ratios.groupby(["role", "g"]):
        line = {"color": style.TASK_COLOURS[role], "ls": dashes[g]}
        style.draw_mean(ax, of_point, "learning_rate", "ratio", shade=0.12, **line)
    if np.isfinite(ax.dataLim.minposy):
        ax.set_ylim(0, None)


def _draw_interpolated(ax: Axes, interpolated: pd.DataFrame) -> None:
    """Draw a row per rate with both errors; an open marker if it is extrapolated."""
    labels = []
    for row in interpolated.itertuples():
        height = len(labels)
        colour = style.TASK_COLOURS[row.role]
        errors = row.standard_error, np.hypot(row.standard_error, row.reading_error)
        for error, line in zip(errors, LINES, strict=True):
            ends = row.interpolated_rate - error, row.interpolated_rate + error
            ax.plot(ends, [height, height], color=colour, **line)
        marker = style.MARKERS[not row.extrapolated] | {"ms": 4}
        ax.plot(row.interpolated_rate, height, "o", color=colour, **marker)
        whose = ", authors' model" if row.code == AUTHORS else ""
        grid = f"{row.rates} rates, {row.points} g"
        labels.append(f"{style.TASKS[row.role]}, {SHORT[row.quantity]}{whose} ({grid})")
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.4, -0.6)
