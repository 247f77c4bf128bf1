"""Supplement: at g = 0 the eigenvalues of dW grow at second order of learning time."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures import style
from interplay.figures.linear import DASHED, DOTTED, target_colours
from interplay.figures.panels import Panel, lettered

FIRST_EPOCH = 10
"""first epoch shown"""
TITLES = {
    "orthogonal": r"$\mathbf{m}^T \mathbf{w} = 0$",
    "independent": r"$\mathbf{m}^T \mathbf{w} \sim 1/\sqrt{N}$",
}

PREDICTED = {"color": style.INK, "ls": DASHED, "lw": 0.8}
FIRST_ORDER = {"color": style.MUTED, "ls": DOTTED, "lw": 0.9}

PANELS = lettered(
    *(
        Panel(
            f"largest modulus of the eigenvalues of dW, {vectors} vectors",
            "second_order.parquet",
            f"vectors == '{vectors}' and epoch >= {FIRST_EPOCH}",
        )
        for vectors in TITLES
    )
)


def draw(eigenvalues: pd.DataFrame) -> Figure:
    """Draw the largest modulus of the eigenvalues of dW against learning time.

    Panel (a) has orthogonal input and readout vectors, panel (b) independent ones. Both
    axes are logarithmic, so a power of the learning time is a straight line.

    Args:
        eigenvalues: the table second_order.parquet.
    """
    figure = Figure(figsize=(style.TEXT_WIDTH, 2.2))
    axes = figure.subplots(1, 2, sharey=True)
    # The discrete steps lag behind the gradient flow by a factor 1 − 1 / epoch.
    learnt = eigenvalues[eigenvalues.epoch >= FIRST_EPOCH]
    for ax, panel, title in zip(axes, PANELS.values(), TITLES.values(), strict=True):
        _draw_experiment(ax, panel.select(eigenvalues))
        ax.set_title(title)
        ax.set(xscale="log", yscale="log", xlabel=r"learning time $\tau$")
    axes[0].set_ylabel(r"largest $|\lambda(\Delta W)|$")
    axes[0].set_ylim(0.05 * learnt.predicted.min(), 2 * learnt.s1.max())
    axes[0].legend(
        loc="lower right", handlelength=2.0, labelspacing=0.3, borderaxespad=0.2
    )
    style.letter_panels(axes)
    return figure


def _draw_experiment(ax: Axes, table: pd.DataFrame) -> None:
    colours = target_colours(table.zhat.unique().tolist())
    for zhat, colour in colours.items():
        of_zhat = style.by_seed(table[table.zhat == zhat], rf"$\hat{{z}} = {zhat}$")
        for first, network, line in of_zhat:
            ax.plot(network.tau, network.eigenvalue, color=colour, **line)
            if not first:
                continue
            last = zhat == max(colours)
            for column, label, line in (
                ("predicted", "second order", PREDICTED),
                ("s1", "$s_1$, first order", FIRST_ORDER),
            ):
                name = label if last else None
                ax.plot(network.tau, network[column], label=name, **line)
