"""Supplement: plateaus of the loss, and when the first eigenvalue of W passes 1."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from interplay.figures import style
from interplay.figures.panels import Panel, by_task, task_columns

FOLLOWED = "experiment == @experiments['{task}'] and seed == @seed"
MARKERS = "o", "s"
"""of the readings"""

PANELS = by_task(
    Panel("loss during training", "transitions.parquet", FOLLOWED, ("loss",)),
    Panel(
        "largest real part of the eigenvalues of W",
        "transitions.parquet",
        FOLLOWED,
        ("leading",),
    ),
    Panel(
        "epoch at which an eigenvalue passes 1 against the end of the plateau, at g = 0",
        "plateaus.csv",
        "task == '{task}' and g == 0",
        ("plateau_end", "crossing_epoch"),
    ),
)


def draw(
    transitions: pd.DataFrame,
    plateaus: pd.DataFrame,
    *,
    experiments: Mapping[str, str],
    g: Sequence[float],
    seed: int,
    readings: Mapping[str, Sequence[str]],
) -> Figure:
    """Draw a row per panel of `PANELS`, and a column per task.

    Args:
        transitions: the table transitions.parquet.
        plateaus: the table plateaus.csv.
        experiments: the experiment that stands for each task in the first two rows.
        g: strengths of the initial connectivity, a shade each.
        seed: of the networks in the first two rows.
        readings: the experiments of each reading, by its name, for the last row.
    """
    labels = (
        "loss / initial loss",
        r"largest Re $\lambda(W)$",
        "eigenvalue passes 1\n(epoch)",
    )
    figure, axes = style.task_grid(4.6, labels)
    for column, (task, panels) in zip(axes.T, task_columns(PANELS), strict=True):
        options = {"experiments": experiments, "seed": seed}
        shown = panels[0].select(transitions, **options)
        lines = style.shades(g, style.TASK_COLOURS[task])
        of_first = plateaus[plateaus.experiment == experiments[task]]
        of_first = of_first[of_first.seed == seed].set_index("g")
        for strength, colour in lines.items():
            rows = shown[shown.g == strength].sort_values("epoch")
            if len(rows):
                mark = of_first.loc[strength]
                _draw_network(column[:2], rows, mark, colour, f"$g = {strength:g}$")
        style.use_log_axis(column[0])
        column[0].legend(*column[0].get_legend_handles_labels(), loc="lower left")
        column[1].axhline(1, color=style.MUTED, lw=0.7, ls=":")
        column[1].set_xlabel("share of the epochs followed")
        for ax in column[:2]:
            ax.set_xlim(0, 1)
        column[0].sharex(column[1])
        column[0].tick_params(labelbottom=False)
        _draw_pairs(column[2], panels[2].select(plateaus), readings, task)
    marks = {
        "plateau": {"lw": 5, "alpha": 0.25},
        "an eigenvalue of W passes 1": {"marker": "v", "ms": 4, **style.ALONE},
        **{
            f"reading {name}": {"marker": marker, "ms": 3.5, "mfc": "none", **style.ALONE}
            for name, marker in zip(readings, MARKERS, strict=False)
        },
    }
    handles = style.legend_entries(marks)
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure


def _draw_network(
    axes: np.ndarray, rows: pd.DataFrame, mark: pd.Series, colour, label: str
) -> None:
    """Draw one network: its loss above, its leading eigenvalue below, and its plateau."""
    end = max(rows.epoch.max(), 1)
    time, loss = rows.epoch / end, rows.loss / mark.initial_loss
    axes[0].plot(time, loss, color=colour, label=label)
    axes[1].plot(time, rows.leading, color=colour)
    if pd.notna(mark.plateau_end):
        level = [mark.plateau_level] * 2
        stretch = [mark.plateau_start / end, mark.plateau_end / end]
        axes[0].plot(stretch, level, color=colour, lw=5, alpha=0.25)
    if pd.notna(mark.crossing_epoch):
        crossing = mark.crossing_epoch / end
        heights = np.interp(crossing, time, loss), 1
        for ax, height in zip(axes, heights, strict=True):
            ax.plot(crossing, height, "v", color=style.INK, ms=4, zorder=4)


def _draw_pairs(
    ax: Axes, rows: pd.DataFrame, readings: Mapping[str, Sequence[str]], task: str
) -> None:
    """Draw a marker per network that has both, and the diagonal."""
    known = rows.dropna(subset=["plateau_end", "crossing_epoch"])
    if known.empty:
        style.leave_empty(ax, "no plateau")
        return
    colours = style.shades(list(readings), style.TASK_COLOURS[task])
    for marker, (name, names) in zip(MARKERS, readings.items(), strict=False):
        points = known[known.experiment.isin(names)]
        line = {"color": colours[name], "ms": 3.5, "mfc": "none"}
        ax.plot(points.plateau_end, points.crossing_epoch, marker, **line)
    both = known[["plateau_end", "crossing_epoch"]].astype(float).to_numpy()
    limits = [0.8 * both.min(), 1.2 * both.max()]
    ax.plot(limits, limits, ":", color=style.MUTED, lw=0.7, zorder=1)
    ax.set(xlabel="end of plateau (epoch)", xlim=limits, ylim=limits, xscale="log")
    ax.set(yscale="log", aspect="equal")
    digits = [1] if limits[1] > 20 * limits[0] else [1, 1.5, 2, 3, 4, 6]
    ticks = [t for t in np.outer(10.0 ** np.arange(6), digits).flat if _within(t, limits)]
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(FixedLocator(ticks))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_locator(NullLocator())


def _within(value: float, limits: Sequence[float]) -> bool:
    return limits[0] <= value <= limits[1]
