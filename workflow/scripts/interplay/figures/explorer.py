"""The static figure of the explorer: one network with dW of two ranks.

The page shows it where JavaScript is off, and the README shows that of the archived run.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from interplay.figures import style
from interplay.figures.trials import draw_channels, stack_channels

SHOWN = (1, 2)
"""ranks of dW"""

COLOURS = {"as_trained": "#0072b2", "shuffled": "#c4500a"}
"""as in style.css"""

PIXELS = 144
"""per inch, of a PNG file"""

TARGET = {"color": style.INK, "lw": 2.2, "alpha": 0.35}
SCORED = {"color": style.MUTED, "alpha": 0.18}


def write_figure(numbers: Mapping[str, Any], path: Path) -> str:
    """Draw the first network of the explorer with the ranks `SHOWN`; write SVG or PNG.

    Args:
        numbers: of the page, from `interplay.site.explorer.page_numbers`.
        path: of the file.

    Returns:
        The caption, which is the file's description, too.
    """
    experiment, threshold = numbers["experiments"][0], numbers["threshold"]
    network = experiment["networks"][0]
    losses = network["as_trained"]["losses"]
    ranks = [rank for rank in SHOWN if rank < len(losses)] or [0]
    said = ", ".join(f"{100 * losses[rank]:.3g} % at rank {rank}" for rank in ranks)
    caption = (
        f"{experiment['name']}, N = {experiment['N']}, g = {network['g']:g}, seed "
        f"{network['seed']}. Inputs u, outputs z (blue) and targets (grey) of one trial, with "
        f"dW of rank {' and '.join(map(str, ranks))}; time in membrane time constants. The "
        f"loss counts the shaded samples. Right: loss, over {numbers['trials']} test trials "
        f"and divided by the loss before training, against the rank R of dW: {said}. The "
        f"circles mark these ranks; the dotted line is {100 * threshold:g} %."
    )
    if network["whole"]["losses"]:
        caption += f" Grey: the run's table, over {numbers['tabulated']} test trials."
    undated = {"Date": None} if path.suffix == ".svg" else {}
    with mpl.rc_context({**style.RC, "savefig.dpi": PIXELS}):
        figure = draw(experiment, network, ranks, threshold, 10 ** -numbers["decimals"])
        figure.savefig(path, metadata={"Description": caption, **undated})
    return caption


def draw(
    experiment: Mapping[str, Any],
    network: Mapping[str, Any],
    ranks: list[int],
    threshold: float,
    unit: float,
) -> Figure:
    """Draw a trial with dW of each of some ranks, and the loss against all ranks.

    Args:
        experiment: the numbers of `interplay.site.explorer.experiment_numbers`.
        network: those of one of its networks.
        ranks: those drawn, in the order of the columns.
        threshold: share of the loss before training.
        unit: of the values of the trial.
    """
    figure = Figure(figsize=(7.5, 2.5))
    columns = len(ranks) + 1
    grid = figure.add_gridspec(
        2, columns, height_ratios=(1, 2), width_ratios=[3] * len(ranks) + [2]
    )
    step = experiment["step"]
    inputs, targets, *outputs = (
        _channels(unit * np.array(lines), step)
        for lines in (
            experiment["inputs"],
            experiment["targets"],
            *(network["as_trained"]["outputs"][rank] for rank in ranks),
        )
    )
    shown = pd.concat([targets, *outputs])
    for column, (rank, output) in enumerate(zip(ranks, outputs, strict=True)):
        upper, lower = (figure.add_subplot(grid[row, column]) for row in (0, 1))
        draw_channels(
            upper, inputs, stack_channels(upper, inputs, "u"), color=style.INK, lw=0.8
        )
        upper.set_title(f"dW of rank {rank}")
        upper.set_xticklabels([])
        offsets = stack_channels(lower, shown, "z")
        _shade(lower, experiment["scored"], step, shown, offsets)
        draw_channels(lower, targets, offsets, **TARGET)
        draw_channels(lower, output, offsets, color=COLOURS["as_trained"], lw=1)
        lower.set_xlabel("time")
        for ax in (upper, lower):
            ax.set_xlim(0, inputs.time.max())
    _draw_losses(figure.add_subplot(grid[:, -1]), network, ranks, threshold)
    return figure


def _channels(values: np.ndarray, step: float) -> pd.DataFrame:
    """Return a row per sample and channel: time, channel, value."""
    channel, sample = np.indices(values.shape)
    columns = {"time": step * sample, "channel": channel, "value": values}
    return pd.DataFrame({name: array.ravel() for name, array in columns.items()})


def _shade(
    ax: Axes,
    scored: list[list[int]],
    step: float,
    shown: pd.DataFrame,
    offsets: Mapping[int, float],
) -> None:
    """Shade the samples that the loss counts, over the range of each channel."""
    for channel, counts in enumerate(scored):
        values = shown[shown.channel == channel].value
        low, high = min(values.min(), 0), max(values.max(), 0)
        ax.fill_between(
            step * np.arange(len(counts)), offsets[channel] + low, offsets[channel] + high,
            where=np.array(counts) > 0, lw=0, **SCORED,
        )  # fmt: skip


def _draw_losses(
    ax: Axes, network: Mapping[str, Any], ranks: list[int], threshold: float
) -> None:
    whole = network["whole"]["losses"]
    if whole:
        ax.plot(whole, label="run's table", **TARGET)
    for name, marker in (("shuffled", "s"), ("as_trained", "o")):
        if name in network:
            losses, label = network[name]["losses"], f"W0 {name.replace('_', ' ')}"
            ax.plot(losses, marker=marker, ms=3, lw=1, color=COLOURS[name], label=label)
    chosen = [network["as_trained"]["losses"][rank] for rank in ranks]
    ax.plot(ranks, chosen, "o", ms=7, mfc="none", mec=style.INK, mew=0.8)
    ax.axhline(threshold, color=style.INK, ls=":", lw=0.8)
    style.use_log_axis(ax)
    ax.set(xlabel="rank $R$ of dW", ylabel="loss / loss before training")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend()
