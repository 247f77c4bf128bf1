"""Fig. 1: learning dynamics in three neuroscience tasks."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures.style import (
    INK,
    MUTED,
    TASK_COLOURS,
    TASKS,
    TEXT_WIDTH,
    label_panels,
    shades,
)

LARGEST_RANK = 11
"""singular values and truncations shown"""


def draw(
    trials: pd.DataFrame,
    losses: pd.DataFrame,
    spectrum: pd.DataFrame,
    truncation: pd.DataFrame,
    *,
    experiments: dict[str, str],
    g: list[float],
    seed: int,
    trial_g: float,
    epochs: dict[str, int],
) -> Figure:
    """Draw panels (a) to (l): a column a task.

    Args:
        trials, losses, spectrum, truncation: the tables nonlinear_*.
        experiments: the experiment that stands for each task.
        g, seed: the networks of panels (d) to (l), one line each g.
        trial_g: the network of panels (a) to (c), of the same seed.
        epochs: shown in panels (d) to (f), by task.
    """
    figure = Figure(figsize=(TEXT_WIDTH, 5.9))
    rows = figure.add_gridspec(4, 3, height_ratios=[1.7, 1, 1, 1])
    tables = [
        _chosen(table, experiments, seed)
        for table in (trials, losses, spectrum, truncation)
    ]
    trials, losses, spectrum, truncation = tables
    below, first = [], []
    for column, (task, name) in enumerate(TASKS.items()):
        halves = rows[0, column].subgridspec(2, 1, hspace=0.05)
        upper = figure.add_subplot(halves[0])
        lower = figure.add_subplot(halves[1], sharex=upper)
        shown = trials[(trials.task == task) & (trials.g == trial_g)]
        _draw_trial(upper, lower, shown, task)
        upper.set_title(name)
        first.append(upper)

        axes = [figure.add_subplot(rows[row, column]) for row in (1, 2, 3)]
        start = losses[(losses.task == task) & (losses.epoch == 0) & (losses.g == min(g))]
        initial_loss = float(start.loss.iloc[0])
        for strength, colour in zip(g, shades(TASK_COLOURS[task], len(g)), strict=True):
            label = f"$g = {strength:.1f}$"
            curve = _of(losses, task, strength)
            curve = curve[curve.epoch < epochs[task]]
            axes[0].plot(curve.epoch, curve.loss, color=colour, label=label, lw=0.9)
            values = _of(spectrum, task, strength)
            values = values[(values.matrix == "dW") & (values["index"] <= LARGEST_RANK)]
            axes[1].plot(values["index"], values.value, "o-", color=colour, label=label)
            ranks = _of(truncation, task, strength)
            ranks = ranks[ranks["rank"].between(1, LARGEST_RANK)]
            axes[2].plot(ranks["rank"], ranks.loss, "o-", color=colour, label=label)

        for ax in (axes[0], axes[2]):
            ax.axhline(initial_loss, color=MUTED, lw=0.7, ls=":")
            ax.set_ylim(0, 1.25 * max(initial_loss, ax.get_ylim()[1] / 1.25))
            ax.text(
                1, initial_loss, "$L_0$", transform=ax.get_yaxis_transform(),
                ha="right", va="bottom", color=MUTED,
            )  # fmt: skip
        axes[0].set(xlabel="epoch", xlim=(0, epochs[task]))
        axes[1].set(xlabel="index", ylim=(0, None))
        axes[2].set(xlabel="rank $R$")
        for ax in axes[1:]:
            ax.set_xticks([1, 3, 5, 7, 9, 11])
        axes[1].legend(loc="upper right")
        below.append(axes)

    for row, text in enumerate(["loss", r"SVs of $\Delta W$", "truncated loss"]):
        below[0][row].set_ylabel(text)
    label_panels(first, "a", x=-0.12)
    for row, start in enumerate("dgj"):
        label_panels([axes[row] for axes in below], start, x=-0.12)
    return figure


def _chosen(table: pd.DataFrame, experiments: dict[str, str], seed: int) -> pd.DataFrame:
    return table[table.experiment.isin(experiments.values()) & (table.seed == seed)]


def _of(table: pd.DataFrame, task: str, g: float) -> pd.DataFrame:
    return table[(table.task == task) & (table.g == g)]


def _draw_trial(upper: Axes, lower: Axes, trial: pd.DataFrame, task: str) -> None:
    """Draw inputs above and outputs with their targets below, a channel on each line."""
    _draw_channels(upper, trial[trial.kind == "input"], "u", INK)
    outputs = trial[trial.kind == "output"]
    targets = trial[trial.kind == "target"]
    spacing = _draw_channels(lower, outputs, "z", TASK_COLOURS[task])
    for channel, target in targets.groupby("channel"):
        counted = target.value.where(target["mask"].astype(bool))
        lower.plot(target.time, counted - spacing * channel, color=INK, lw=1.0)
    for ax in (upper, lower):
        for time in trial[trial.kind == "phase"].time:
            ax.axvline(time, color=MUTED, lw=0.5, ls=(0, (3, 2)), zorder=0)
        ax.spines["left"].set_visible(False)
        ax.tick_params(left=False)
    upper.tick_params(labelbottom=False, bottom=False)
    upper.spines["bottom"].set_visible(False)
    lower.set_xlabel("time")
    lower.set_xlim(0, outputs.time.max())


def _draw_channels(ax: Axes, table: pd.DataFrame, name: str, colour) -> float:
    """Draw each channel around a line of its own; return how far apart the lines are."""
    channels = sorted(table.channel.unique())
    spacing = 1.3 * (table.value.max() - min(table.value.min(), 0.0))
    for channel in channels:
        line = table[table.channel == channel]
        ax.plot(line.time, line.value - spacing * channel, color=colour, lw=0.9)
    ax.set_yticks(
        [-spacing * channel for channel in channels],
        [f"${name}_{channel + 1}$" for channel in channels],
    )
    ends = np.array([-spacing * (len(channels) - 0.35), 0.9 * spacing])
    ax.set_ylim(*ends)
    return spacing
