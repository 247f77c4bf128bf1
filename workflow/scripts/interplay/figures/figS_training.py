"""Supplement: training W alone, and by plain gradient descent, compared with Adam."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.configuration.experiments import ADAM_ON_ALL, DESCENT, W_ALONE
from interplay.figures import style
from interplay.figures.fig2 import QUANTITIES
from interplay.figures.panels import Panel, by_task, task_columns

WAYS = {
    ADAM_ON_ALL: ("Adam", "-"),
    W_ALONE: ("$W$ alone", "--"),
    DESCENT: ("gradient\ndescent", ":"),
}
"""ways of training: label and line style"""

ROWS = {
    "convergence_epoch": "convergence time",
    "norm_dW": "norm of dW",
    "functional_rank": "functional rank",
}
"""columns of training.csv, and what their panels show"""

PANELS = by_task(
    Panel(
        "loss during training in three ways",
        "nonlinear_loss.parquet",
        "experiment in @experiments['{task}'] and seed == @seed and g in @g",
        ("loss",),
    ),
    *(
        Panel(
            f"{shows} by the way of training",
            "training.csv",
            "role == '{task}'",
            (column,),
        )
        for column, shows in ROWS.items()
    ),
)

POINTS = 400
"""drawn of a loss curve: means over epochs that are evenly spaced in the logarithm"""


def draw(
    training: pd.DataFrame,
    losses: pd.DataFrame,
    *,
    experiments: Mapping[str, Mapping[str, str]],
    g: list[float],
    seed: int,
) -> Figure:
    """Draw a column per task: loss, and what came out for each way of training.

    Args:
        training: the table training.csv.
        losses: the table nonlinear_loss.parquet.
        experiments: for each task, the experiment of each way of training.
        g, seed: the networks whose loss is drawn.
    """
    labels = ["loss", *(QUANTITIES[column] for column in ROWS)]
    figure, axes = style.task_grid(6.4, labels)
    options = {"experiments": experiments, "g": g, "seed": seed}
    strengths = sorted(training.g.unique())
    for column, (task, panels) in zip(axes.T, task_columns(PANELS), strict=True):
        colours = style.shades(strengths, style.TASK_COLOURS[task])
        curves = panels[0].select(losses, **options)
        _draw_losses(column[0], curves, experiments[task], colours)
        for ax, panel, quantity in zip(column[1:], panels[1:], ROWS, strict=True):
            _draw_networks(ax, panel.select(training), quantity, colours)
    ways = {label.replace("\n", " "): {"ls": ls} for label, ls in WAYS.values()}
    failed = {"marker": "x", "ms": 3, "mew": 0.8, **style.ALONE}
    dots = style.strength_dots(strengths, ms=2.8)
    handles = style.legend_entries(dots | ways | {"not converged": failed})
    figure.legend(handles=handles, loc="outside lower center", ncols=6)
    return figure


def _draw_losses(
    ax: Axes,
    curves: pd.DataFrame,
    experiments: Mapping[str, str],
    colours: Mapping[float, tuple],
) -> None:
    if curves.empty:
        style.leave_empty(ax, "not trained")
        return
    for way, name in experiments.items():
        for g, colour in colours.items():
            curve = curves[(curves.experiment == name) & (curves.g == g)]
            if curve.empty:
                continue
            edges = np.geomspace(1, len(curve) + 1, POINTS)
            bins = np.searchsorted(edges, curve.epoch + 1, "right")
            means = curve.groupby(bins)[["epoch", "loss"]].mean()
            line = {"color": colour, "ls": WAYS[way][1], "lw": 0.9}
            ax.plot(means.epoch + 1, means.loss, **line)
    ax.set(xlabel="epoch", xscale="log")
    ax.set_ylim(0, None)


def _draw_networks(
    ax: Axes, rows: pd.DataFrame, column: str, colours: Mapping[float, tuple]
) -> None:
    """Draw a dot per network; a cross on the upper edge if it did not converge."""
    if rows.empty:
        style.leave_empty(ax, "not trained")
        return
    ways = list(WAYS)
    converged = rows[rows.converged].dropna(subset=column).astype({column: float})
    style.strips(
        ax, converged, x="training", y=column, hue="g", order=ways, palette=dict(colours),
        dodge=True, jitter=0.12, size=2.8, legend=False,
    )  # fmt: skip
    width = 0.8 / len(colours)
    for number, (g, colour) in enumerate(colours.items()):
        failed = rows[(rows.g == g) & ~rows.converged]
        for way, of_way in failed.groupby("training"):
            shift = (number - (len(colours) - 1) / 2) * width
            spread = np.linspace(-0.08, 0.08, len(of_way)) if len(of_way) > 1 else [0.0]
            x = ways.index(way) + shift + np.asarray(spread)
            ax.plot(
                x, np.ones(len(x)), "x", color=colour, ms=3, mew=0.8, clip_on=False,
                transform=ax.get_xaxis_transform(),
            )  # fmt: skip
    if column == "convergence_epoch":
        style.use_log_axis(ax)
    else:
        ax.set_ylim(0, 1.12 * converged[column].max() if len(converged) else 1)
    ax.set_xlim(-0.5, len(ways) - 0.5)
    ax.set_xticks(range(len(ways)), [label for label, _ in WAYS.values()])
