"""Supplement: the loss, and the eigenvalues of W beyond 1, while networks train."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures.panels import Panel, letters
from interplay.figures.style import (
    TASK_COLOURS,
    TASKS,
    TEXT_WIDTH,
    letter_panels,
    shades,
)
from interplay.tables.transitions import emerges

ROWS = {
    "a": ("loss", "loss during training: {}"),
    "d": ("unstable", "number of eigenvalues of W with a real part above 1: {}"),
}
"""first letter of a row of panels: its column, and what it shows"""

PANELS = {
    letter: Panel(
        shows.format(name),
        "transitions.parquet",
        f"experiment == @experiments['{task}']",
        (column,),
    )
    for start, (column, shows) in ROWS.items()
    for letter, (task, name) in zip(letters(start, 3), TASKS.items(), strict=True)
}


def draw(
    transitions: pd.DataFrame, *, experiments: Mapping[str, str], g: Sequence[float]
) -> Figure:
    """Draw the loss in the upper row, and the number of eigenvalues beyond 1 below.

    There is one column per task. Thick lines are the first seed, with a dot at each step
    after which more eigenvalues are beyond 1 than ever before; thin lines are the others.

    Args:
        transitions: the table transitions.parquet.
        experiments: the experiment that stands for each task.
        g: strengths of the initial connectivity, a shade each.
    """
    figure = Figure(figsize=(TEXT_WIDTH, 3.2))
    axes = figure.subplots(2, 3, sharex=True)
    for column, (task, name) in enumerate(TASKS.items()):
        shown = PANELS[letters("a", 3)[column]].select(
            transitions, experiments=experiments
        )
        colours = dict(zip(g, shades(TASK_COLOURS[task], len(g)), strict=True))
        for strength, colour in colours.items():
            _draw_networks(*axes[:, column], shown[shown.g == strength], colour)
        axes[0, column].set(title=name, yscale="log")
        axes[1, column].set(xlabel="share of the epochs followed", xlim=(0, 1))
        axes[1, column].yaxis.get_major_locator().set_params(integer=True)
        axes[0, column].legend(
            *axes[0, column].get_legend_handles_labels(), loc="lower left"
        )
    axes[0, 0].set_ylabel("loss / initial loss")
    axes[1, 0].set_ylabel(r"number of Re $\lambda(W) > 1$")
    letter_panels(axes.flat)
    return figure


def _draw_networks(upper: Axes, lower: Axes, table: pd.DataFrame, colour) -> None:
    """Draw all seeds of one g."""
    for seed, network in table.groupby("seed"):
        first = seed == table.seed.min()
        line = {
            "color": colour,
            "lw": 1.2 if first else 0.5,
            "alpha": 1 if first else 0.6,
        }
        time = network.epoch / max(network.epoch.max(), 1)
        loss = network.loss / network.loss.iloc[0]
        label = f"$g = {network.g.iloc[0]:.1f}$" if first else None
        upper.plot(time, loss, label=label, **line)
        lower.step(time, network.unstable, where="post", **line)
        if first:
            more = emerges(network.unstable.to_numpy())
            upper.plot(time[more], loss[more], "o", color=colour, ms=3)
