"""Fig. 1: learning dynamics in three neuroscience tasks."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures import style
from interplay.figures.panels import Panel, by_task, task_columns
from interplay.figures.trials import draw_channels, draw_phases, stack_channels

LARGEST_RANK = 11
"""singular values and truncations shown"""

NETWORK = "experiment == @experiments['{task}'] and seed == @seed and "
PANELS = by_task(
    Panel(
        "a trial of a trained network",
        "nonlinear_trials.parquet",
        NETWORK + "g == @trial_g",
        ("value",),
    ),
    Panel(
        "loss during training",
        "nonlinear_loss.parquet",
        NETWORK + "g in @g and epoch < @epochs['{task}']",
        ("loss",),
    ),
    Panel(
        "singular values of dW",
        "nonlinear_spectrum.parquet",
        NETWORK + f"g in @g and matrix == 'dW' and index <= {LARGEST_RANK}",
        ("value",),
    ),
    Panel(
        "loss with dW truncated",
        "nonlinear_truncation.csv",
        NETWORK + f"g in @g and 1 <= rank <= {LARGEST_RANK}",
        ("loss",),
    ),
)

LINES = (
    ("epoch", "loss", "loss"),
    ("index", "value", r"SVs of $\Delta W$"),
    ("rank", "loss", "truncated loss"),
)
"""columns of the x and the y axis of the lower three rows, and the label of y"""


def draw(
    trials: pd.DataFrame,
    losses: pd.DataFrame,
    spectrum: pd.DataFrame,
    truncation: pd.DataFrame,
    *,
    experiments: Mapping[str, str],
    g: list[float],
    seed: int,
    trial_g: float,
    epochs: Mapping[str, int],
) -> Figure:
    """Draw panels (a) to (l): one column per task.

    Args:
        trials, losses, spectrum, truncation: the tables nonlinear_*.
        experiments: the experiment that stands for each task.
        g, seed: the networks of panels (d) to (l), one line per g.
        trial_g: the network of panels (a) to (c), of the same seed.
        epochs: number shown in panels (d) to (f), by task.
    """
    options = {
        "experiments": experiments, "g": g, "seed": seed, "trial_g": trial_g,
        "epochs": epochs,
    }  # fmt: skip
    figure = Figure(figsize=(style.TEXT_WIDTH, 6.2), layout="none")
    sides = {"left": 0.09, "right": 0.965, "wspace": 0.34}
    trial_rows = figure.add_gridspec(2, 3, top=0.955, bottom=0.755, hspace=0.1, **sides)
    rows = figure.add_gridspec(3, 3, top=0.67, bottom=0.06, hspace=0.52, **sides)
    tables = (trials, losses, spectrum, truncation)
    lettered = []
    for column, (task, panels) in enumerate(task_columns(PANELS)):
        upper = figure.add_subplot(trial_rows[0, column])
        lower = figure.add_subplot(trial_rows[1, column], sharex=upper)
        axes = [figure.add_subplot(rows[row, column]) for row in range(3)]
        lettered.append((upper, *axes))
        trial, *shown = (
            panel.select(table, **options)
            for panel, table in zip(panels, tables, strict=True)
        )
        _draw_trial(upper, lower, trial, task)
        upper.set_title(style.TASKS[task])
        upper.set_title(
            f"$g = {trial_g:.1f}$", loc="right", fontsize=6.5, color=style.MUTED
        )
        for ax, table, (x, y, label) in zip(axes, shown, LINES, strict=True):
            line = {"lw": 0.8} if x == "epoch" else {"marker": "o"}
            for strength, colour in style.shades(g, style.TASK_COLOURS[task]).items():
                of_g = table[table.g == strength]
                name = f"$g = {strength:.1f}$"
                ax.plot(of_g[x], of_g[y], color=colour, label=name, **line)
            ax.set_ylim(0, 1.15 * ax.get_ylim()[1])
            ax.legend(loc="upper right", ncols=2, columnspacing=0.8, borderaxespad=0)
            ax.set_ylabel("" if column else label)
        start = shown[0][(shown[0].epoch == 0) & (shown[0].g == min(g))]
        for ax in (axes[0], axes[2]):
            _mark_initial_loss(ax, float(start.loss.iloc[0]))
        axes[0].set(xlabel="epoch", xlim=(0, epochs[task]))
        for ax, name in zip(axes[1:], ("index", "rank $R$"), strict=True):
            ax.set(xlabel=name, xticks=range(1, LARGEST_RANK + 1, 2))
    style.letter_panels(np.transpose(lettered).flat)
    figure.align_ylabels()
    return figure


def _mark_initial_loss(ax: Axes, loss: float) -> None:
    """Draw a line at L0, the loss at the start at g = 0, below the legend."""
    ax.set_ylim(0, max(1.4 * loss, ax.get_ylim()[1]))
    ax.axhline(loss, color=style.MUTED, lw=0.7, ls=":")
    ax.text(
        1.0, loss, "$L_0$", transform=ax.get_yaxis_transform(), ha="right", va="bottom",
        color=style.MUTED, fontsize=6.5,
    )  # fmt: skip


def _draw_trial(upper: Axes, lower: Axes, trial: pd.DataFrame, task: str) -> None:
    """Draw inputs above, and outputs with their targets below, one line per channel."""
    inputs, outputs = trial[trial.kind == "input"], trial[trial.kind == "output"]
    offsets = stack_channels(upper, inputs, "u")
    draw_channels(upper, inputs, offsets, color=style.INK, lw=0.9)
    offsets = stack_channels(lower, outputs, "z")
    draw_channels(lower, outputs, offsets, color=style.TASK_COLOURS[task], lw=0.9)
    targets = trial[trial.kind == "target"]
    counted = targets.assign(value=targets.value.where(targets["mask"].astype(bool)))
    draw_channels(lower, counted, offsets, color=style.INK, lw=1.0)
    for ax in (upper, lower):
        draw_phases(ax, trial)
    upper.tick_params(labelbottom=False, bottom=False)
    upper.spines["bottom"].set_visible(False)
    lower.set_xlabel("time")
    lower.set_xlim(0, outputs.time.max())
