"""The overview of one experiment: its task, learning, low-rank structure, dependence on g."""

from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from interplay.figures import style
from interplay.figures.fig2 import QUANTITIES, draw_against_g
from interplay.figures.panels import Panel, lettered
from interplay.figures.trials import draw_channels, draw_phases, stack_channels

LARGEST_INDEX = 20
"""singular values shown"""

EPOCHS = 500
"""of a loss curve that are drawn, about"""

BEYOND = 3
"""times the largest target: an output beyond is not drawn, so that channels never touch"""

ENTRIES = 7
"""of the legend, per row"""

SCORED = {"color": style.MUTED, "alpha": 0.18}
UNSETTLED = (0, (2, 1.2))
"""dashes of a g of which no network settled"""

PANELS = lettered(
    Panel("inputs of a trial", "trials.parquet", "kind == 'input'", ("value",)),
    Panel(
        "outputs of a trained network of each g, and their target",
        "trials.parquet",
        "kind == 'output' or kind == 'target'",
        ("value", "mask"),
    ),
    Panel("loss during training", "losses.parquet", columns=("loss",)),
    Panel(
        "singular values of dW",
        "spectrum.parquet",
        f"matrix == 'dW' and index <= {LARGEST_INDEX}",
        ("value",),
    ),
    Panel("loss with dW truncated", "truncation.csv", columns=("loss",)),
    *(
        Panel(
            f"{column} against g", "networks.csv", columns=(column, "settled", "complete")
        )
        for column in QUANTITIES
    ),
)


def draw(
    networks: pd.DataFrame,
    losses: pd.DataFrame,
    spectrum: pd.DataFrame,
    truncation: pd.DataFrame,
    trials: pd.DataFrame,
    *,
    title: str,
    threshold: float,
) -> Figure:
    """Draw a trial of the task, learning and truncation, and what depends on g.

    Lines of the middle row are means over seeds, shades standard deviations.

    Args:
        networks, losses, spectrum, truncation, trials: the experiment's own tables.
        title: name of the experiment.
        threshold: fraction of the initial loss below which a network has converged.
    """
    lines = _lines(networks)
    legend = style.legend_entries(_entries(lines))
    channels = trials[trials.kind != "phase"].channel.max() + 1
    rows_of_legend = -(-len(legend) // ENTRIES)
    heights = [0.1 + 0.15 * rows_of_legend, min(0.9 + 0.25 * channels, 3.5), 1.9, 1.8]
    figure = Figure(figsize=(style.TEXT_WIDTH, sum(heights) + 0.2))
    top, *rows = figure.subfigures(4, 1, height_ratios=heights)
    columns = -(-len(legend) // rows_of_legend)
    top.legend(handles=legend, loc="center", ncols=columns, columnspacing=1.2)
    task = rows[0].subplots(1, 2, width_ratios=(2, 3), sharex=True)
    _draw_task(*task, trials, lines)
    middle = rows[1].subplots(1, 3)
    level = threshold * networks.initial_loss.mean()
    _draw_learning(
        *middle, losses, PANELS["d"].select(spectrum), truncation, lines, level
    )
    lower = rows[2].subplots(1, len(QUANTITIES))
    for ax, (column, label) in zip(lower, QUANTITIES.items(), strict=True):
        _draw_quantity(ax, networks, column)
        ax.set(xlabel="$g$", ylabel=label)
    style.letter_panels([*task, *middle, *lower])
    figure.suptitle(_title(title, networks), fontsize=8)
    return figure


def _title(name: str, networks: pd.DataFrame) -> str:
    task, size = (", ".join(map(str, networks[key].unique())) for key in ("task", "N"))
    return (
        f"{name}: task {task}, N = {size}; networks: {len(networks)} "
        f"(g: {networks.g.nunique()}, seeds: {networks.seed.nunique()}), "
        f"settled: {networks.settled.sum()}"
    )


def _lines(networks: pd.DataFrame) -> dict[float, dict[str, Any]]:
    """Return the options of the lines of each g: its colour, and dashes if none settled."""
    strengths = sorted(networks.g.unique())
    colours = mpl.colormaps["viridis"](np.linspace(0, 1, len(strengths) + 2)[1:-1])
    settled = set(networks[networks.settled].g)
    return {
        g: {"color": colour, "ls": "-" if g in settled else UNSETTLED}
        for g, colour in zip(strengths, colours, strict=True)
    }


def _entries(lines: Mapping[float, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the legend: options of a line by its label."""
    return {
        **{f"$g = {g:g}$": line for g, line in lines.items()},
        "target": {"color": style.INK, "lw": 2.2, "alpha": 0.5},
        "scored": {**SCORED, "lw": 6},
        "threshold": {"ls": ":", "lw": 0.7},
        "some settled": style.SOME,
        "none settled": {"ls": UNSETTLED, "marker": "x", "ms": 3.5, "color": style.INK},
    }


def _draw_task(
    left: Axes, right: Axes, trials: pd.DataFrame, lines: Mapping[float, Mapping]
) -> None:
    """Draw the inputs of a trial, and next to them its target and the outputs of each g."""
    # All networks ran the same trial.
    first = trials[trials.g == min(lines)]
    inputs, targets = (first[first.kind == kind] for kind in ("input", "target"))
    offsets = stack_channels(left, inputs, "u")
    draw_channels(left, inputs, offsets, color=style.INK, lw=0.9)
    scored = targets.assign(value=targets.value.where(targets["mask"].astype(bool)))
    outputs = _within(trials[trials.kind == "output"], BEYOND * scored.value.abs().max())
    drawn = pd.concat([outputs, scored])
    offsets = stack_channels(right, drawn, "z")
    for channel, rows in scored.groupby("channel"):
        values = drawn[drawn.channel == channel].value
        low, high = min(values.min(), 0), max(values.max(), 0)
        right.fill_between(
            rows.time, offsets[channel] + low, offsets[channel] + high,
            where=rows["mask"].astype(bool), lw=0, **SCORED,
        )  # fmt: skip
    draw_channels(right, scored, offsets, color=style.INK, lw=2.2, alpha=0.5)
    for g, line in lines.items():
        draw_channels(right, outputs[outputs.g == g], offsets, lw=0.8, **line)
    for ax in (left, right):
        draw_phases(ax, first)
        ax.set_xlabel("time")
    right.set_xlim(0, inputs.time.max())


def _within(table: pd.DataFrame, limit: float) -> pd.DataFrame:
    """Return a table without the values beyond a limit; a limit of 0 or NaN is none."""
    if not limit > 0:
        return table
    return table.assign(value=table.value.where(table.value.abs() <= limit))


def _draw_learning(
    curves: Axes,
    values: Axes,
    truncated: Axes,
    losses: pd.DataFrame,
    spectrum: pd.DataFrame,
    truncation: pd.DataFrame,
    lines: Mapping[float, Mapping],
    level: float,
) -> None:
    """Draw loss, singular values and truncated loss, and the level of convergence."""
    stride = max(losses.epoch.max() // EPOCHS, 1)
    sampled = losses[losses.epoch % stride == 0]
    marked = {"lw": 0.9, "marker": "o", "ms": 2.5, "mew": 0}
    for g, line in lines.items():
        curve = _finite(sampled[sampled.g == g]).groupby("epoch").loss.mean()
        curves.plot(curve.index, curve, lw=0.9, **line)
        for ax, table, x, y in (
            (values, spectrum, "index", "value"),
            (truncated, truncation, "rank", "loss"),
        ):
            style.draw_mean(ax, _finite(table[table.g == g]), x, y, **line, **marked)
    style.use_log_axis(curves)
    for ax in (curves, truncated):
        ax.axhline(level, color=style.MUTED, lw=0.7, ls=":")
    curves.set(xlabel="epoch", ylabel="loss")
    values.set(xlabel="index", ylabel=r"singular values of $\Delta W$", ylim=(0, None))
    truncated.set(xlabel="rank $R$", ylabel="truncated loss", ylim=(0, None))
    for ax in (values, truncated):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def _finite(table: pd.DataFrame) -> pd.DataFrame:
    return table.replace([np.inf, -np.inf], np.nan)


def _draw_quantity(ax: Axes, networks: pd.DataFrame, column: str) -> None:
    """Draw a column against g over the whole grid; mark each g of which none settled."""
    settled = networks[networks.settled]
    draw_against_g(ax, networks, column, style.INK)
    ax.plot(settled.g, settled[column], ".", ms=2, color=style.MUTED, zorder=1)
    ax.set_ylim(0, None)
    for g in sorted(set(networks.g) - set(settled.g)):
        ax.plot(
            g, 0.95, "x", ms=3.5, mew=0.9, color=style.INK,
            transform=ax.get_xaxis_transform(),
        )  # fmt: skip
    if not networks.settled.all():
        # Room above the values, so that no cross reads as one of them.
        ax.set_ylim(top=1.2 * ax.get_ylim()[1])
    if settled.empty:
        ax.set_yticks([])
    elif column == "functional_rank":
        ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    low, high = networks.g.min(), networks.g.max()
    pad = 0.07 * (high - low) or 0.1
    ax.set_xlim(low - pad, high + pad)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=4))
