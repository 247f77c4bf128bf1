"""Supplement: singular values and eigenvalues of dW and W."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures import style
from interplay.figures.panels import Panel, by_task, task_columns

LARGEST_INDEX = 40
"""singular values shown"""

NETWORK = "experiment == @experiments['{task}'] and seed == @seed and g in @g and "
PANELS = by_task(
    *(
        Panel(
            f"singular values of {matrix}",
            "nonlinear_spectrum.parquet",
            NETWORK + f"matrix == '{matrix}' and index <= {LARGEST_INDEX}",
            ("value",),
        )
        for matrix in ("dW", "W")
    ),
    *(
        Panel(
            f"eigenvalues of {matrix}",
            "nonlinear_eigenvalues.parquet",
            NETWORK + f"matrix == '{matrix}'",
            ("real", "imaginary"),
        )
        for matrix in ("dW", "W")
    ),
)

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
    heights = {"height_ratios": [1, 1, 1.6, 1.6]}
    figure, axes = style.task_grid(7.2, LABELS, gridspec_kw=heights)
    options = {"experiments": experiments, "g": g, "seed": seed}
    for column, (task, panels) in zip(axes.T, task_columns(PANELS), strict=True):
        colours = style.shades(g, style.TASK_COLOURS[task])
        for ax, panel in zip(column[:2], panels[:2], strict=True):
            _draw_singular_values(ax, panel.select(spectrum, **options), colours)
        for ax, panel in zip(column[2:], panels[2:], strict=True):
            _draw_eigenvalues(ax, panel.select(eigenvalues, **options), colours)
        _draw_circles(column[3], colours)
        for ax, matrix in zip(column[2:], (r"\Delta W", "W"), strict=True):
            _make_square(ax)
            ax.set_xlabel(rf"Re $\lambda({matrix})$")
    circle = {"circle of radius $g$": {"color": style.INK, "ls": ":", "lw": 0.8}}
    handles = style.legend_entries(style.strength_dots(g) | circle)
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
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
            ax.plot(g * np.cos(angle), g * np.sin(angle), ":", color=style.INK, lw=0.8)


def _make_square(ax: Axes) -> None:
    """Give both axes the same scale and length."""
    limits = np.array([ax.get_xlim(), ax.get_ylim()])
    half = 0.5 * np.ptp(limits, axis=1).max()
    ax.set_xlim(limits[0].mean() - half, limits[0].mean() + half)
    ax.set_ylim(limits[1].mean() - half, limits[1].mean() + half)
    ax.set_box_aspect(1)
