"""Supplement: the loss, and the eigenvalues of W beyond 1, while networks train."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures import style
from interplay.figures.panels import Panel, by_task, task_columns
from interplay.tables.transitions import emerges

PANELS = by_task(
    *(
        Panel(
            shows,
            "transitions.parquet",
            "experiment == @experiments['{task}']",
            (column,),
        )
        for column, shows in (
            ("loss", "loss during training"),
            ("unstable", "number of eigenvalues of W with a real part above 1"),
        )
    )
)


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
    labels = "loss / initial loss", r"number of Re $\lambda(W) > 1$"
    figure, axes = style.task_grid(3.2, labels, sharex=True)
    for (upper, lower), (task, panels) in zip(axes.T, task_columns(PANELS), strict=True):
        shown = panels[0].select(transitions, experiments=experiments)
        for strength, colour in style.shades(g, style.TASK_COLOURS[task]).items():
            _draw_networks(upper, lower, shown[shown.g == strength], colour)
        upper.set_yscale("log")
        lower.set(xlabel="share of the epochs followed", xlim=(0, 1))
        lower.yaxis.get_major_locator().set_params(integer=True)
        upper.legend(*upper.get_legend_handles_labels(), loc="lower left")
    return figure


def _draw_networks(upper: Axes, lower: Axes, table: pd.DataFrame, colour) -> None:
    """Draw all seeds of one g."""
    for first, network, line in style.by_seed(table, f"$g = {table.g.max():.1f}$"):
        time = network.epoch / max(network.epoch.max(), 1)
        loss = network.loss / network.loss.iloc[0]
        upper.plot(time, loss, color=colour, **line)
        lower.step(time, network.unstable, where="post", color=colour, **line)
        if first:
            more = emerges(network.unstable.to_numpy())
            upper.plot(time[more], loss[more], "o", color=colour, ms=3)
