"""Supplement: singular values and eigenvalues of dW and W."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from interplay.figures.panels import Panel, letters
from interplay.figures.style import (
    INK,
    TASK_COLOURS,
    TASKS,
    TEXT_WIDTH,
    letter_panels,
    shades,
)

LARGEST_INDEX = 40
"""singular values shown"""

ROWS = {
    "a": (
        "singular values of dW",
        "nonlinear_spectrum.parquet",
        f"matrix == 'dW' and index <= {LARGEST_INDEX}",
    ),
    "d": (
        "singular values of W",
        "nonlinear_spectrum.parquet",
        f"matrix == 'W' and index <= {LARGEST_INDEX}",
    ),
    "g": ("eigenvalues of dW", "nonlinear_eigenvalues.parquet", "matrix == 'dW'"),
    "j": ("eigenvalues of W", "nonlinear_eigenvalues.parquet", "matrix == 'W'"),
}

PANELS = {
    letter: Panel(
        f"{shows}: {name}",
        table,
        f"experiment == @experiments['{task}'] and seed == @seed and g in @g and {rows}",
        ("value",) if "spectrum" in table else ("real", "imaginary"),
    )
    for start, (shows, table, rows) in ROWS.items()
    for letter, (task, name) in zip(letters(start, 3), TASKS.items(), strict=True)
}

LABELS = (
    r"SVs of $\Delta W$",
    "SVs of $W$",
    r"Im $\lambda(\Delta W)$",
    r"Im $\lambda(W)$",
)


def draw(
    spectrum: pd.DataFrame,
    eigenvalues: pd.DataFrame,
    *,
    experiments: Mapping[str, str],
    g: list[float],
    seed: int,
) -> Figure:
    """Draw a column per task; singular values above, eigenvalues below.

    Args:
        spectrum, eigenvalues: the tables nonlinear_spectrum and nonlinear_eigenvalues.
        experiments: the experiment that stands for each task.
        g, seed: the networks that are drawn.
    """
    figure = Figure(figsize=(TEXT_WIDTH, 7.2))
    axes = figure.subplots(4, 3, gridspec_kw={"height_ratios": [1, 1, 1.6, 1.6]})
    options = {"experiments": experiments, "g": g, "seed": seed}
    for column, (task, name) in enumerate(TASKS.items()):
        axes[0, column].set_title(name)
        colours = dict(zip(g, shades(TASK_COLOURS[task], len(g)), strict=False))
        for ax, start in zip(axes[:, column], ROWS, strict=True):
            values = start in "ad"
            table = spectrum if values else eigenvalues
            rows = PANELS[letters(start, 3)[column]].select(table, **options)
            draw_rows = _draw_singular_values if values else _draw_eigenvalues
            draw_rows(ax, rows, colours)
            if start == "j":
                _draw_circles(ax, colours)
            if not values:
                _make_square(ax)
        axes[2, column].set_xlabel(r"Re $\lambda(\Delta W)$")
        axes[3, column].set_xlabel(r"Re $\lambda(W)$")
    for ax, label in zip(axes[:, 0], LABELS, strict=True):
        ax.set_ylabel(label)
    circle = Line2D([], [], color=INK, ls=":", lw=0.8, label="circle of radius $g$")
    lines = [
        Line2D([], [], color=colour, marker="o", ms=2.5, label=f"$g = {one:g}$")
        for one, colour in zip(g, shades(INK, len(g)), strict=False)
    ]
    figure.legend(handles=[*lines, circle], loc="outside lower center", ncols=4)
    letter_panels(axes.flat)
    return figure


def _draw_singular_values(
    ax: Axes, rows: pd.DataFrame, colours: Mapping[float, tuple]
) -> None:
    for g, colour in colours.items():
        of_g = rows[rows.g == g]
        ax.plot(of_g["index"], of_g.value, "o-", color=colour, ms=1.8, lw=0.7)
    ax.set(xlabel="index", xlim=(0, LARGEST_INDEX + 1))
    ax.set_ylim(0, None)


def _draw_eigenvalues(
    ax: Axes, rows: pd.DataFrame, colours: Mapping[float, tuple]
) -> None:
    # The largest g below, so that its many eigenvalues hide none of the others.
    for g, colour in reversed(colours.items()):
        of_g = rows[rows.g == g]
        ax.plot(of_g.real, of_g.imaginary, "o", color=colour, ms=1.6, mew=0)


def _draw_circles(ax: Axes, colours: Mapping[float, tuple]) -> None:
    angle = np.linspace(0, 2 * np.pi, 200)
    for g in colours:
        if g > 0:
            ax.plot(g * np.cos(angle), g * np.sin(angle), ":", color=INK, lw=0.8)


def _make_square(ax: Axes) -> None:
    """Give both axes the same scale and length."""
    limits = np.array([ax.get_xlim(), ax.get_ylim()])
    half = 0.5 * np.ptp(limits, axis=1).max()
    ax.set_xlim(limits[0].mean() - half, limits[0].mean() + half)
    ax.set_ylim(limits[1].mean() - half, limits[1].mean() + half)
    ax.set_box_aspect(1)
