"""Supplement: gradients diverge where learning drives an eigenvalue of W to 1."""

from collections.abc import Sequence
from itertools import product

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures import style
from interplay.figures.linear import DASHED, target_colours
from interplay.figures.panels import Panel, lettered

LOSSES = 1e-6, 1e3
"""range of the axis of the loss, in units of zhat² / 2"""
REAL_PARTS = 0.4, 1.2
"""range of the axis of the eigenvalues' real parts"""
EIGENVALUES = ["lambda1", "lambda2", "lambda3", "lambda4", "lambda5"]

PANELS = lettered(
    *(
        Panel(
            f"{shows}, target {target + 1}, g {strength + 1}",
            "divergence_curves.parquet",
            f"zhat == @targets[{target}] and g == @strengths[{strength}]",
            columns,
        )
        for shows, columns in (
            ("learning curves", ("loss",)),
            ("largest real parts of the eigenvalues of W", tuple(EIGENVALUES)),
        )
        for target, strength in product(range(2), repeat=2)
    )
)


def draw(
    curves: pd.DataFrame, *, targets: Sequence[float], strengths: Sequence[float]
) -> Figure:
    """Draw loss (upper row) and largest eigenvalues of W (lower row) against epochs.

    Each target and g has a column. Thick lines are the first seed with all eigenvalues
    of the table, thin lines the largest eigenvalue of the other seeds. A cross is the
    last finite epoch of a network that diverges.

    Args:
        curves: the table divergence_curves.
        targets: two values of zhat.
        strengths: two values of g.
    """
    networks = [
        ((zhat, g), curves[(curves.zhat == zhat) & (curves.g == g)])
        for zhat, g in product(targets, strengths)
    ]
    figure = Figure(figsize=(style.TEXT_WIDTH, 3.1))
    axes = figure.subplots(2, len(networks), sharex=True, sharey="row", squeeze=False)
    colours = target_colours(list(targets))
    epochs = curves.epoch.max()
    for (loss, values), ((zhat, g), table) in zip(axes.T, networks, strict=True):
        _draw_seeds(loss, values, table, epochs, colours[zhat])
        loss.set_title(rf"$\hat{{z}} = {zhat}$, $g = {g}$", loc="right")
        loss.set(yscale="log", ylim=LOSSES, xlim=(0, epochs))
        loss.axhline(1, color=style.INK, ls=DASHED, lw=0.6, zorder=0)
        values.axhline(1, color=style.INK, ls=DASHED, lw=0.6, zorder=0)
        values.set_xlabel("epoch")
    axes[1, 0].set_ylim(REAL_PARTS)
    axes[0, 0].set_ylabel(r"loss / ($\hat{z}^2 / 2$)")
    axes[1, 0].set_ylabel(r"largest $\mathrm{Re}\,\lambda$")
    style.letter_panels(axes.flat)
    return figure


def _draw_seeds(
    loss: Axes, values: Axes, table: pd.DataFrame, epochs: int, colour: str
) -> None:
    """Draw the networks of one target and g; `epochs` is the length of a whole training."""
    colours = style.shades(EIGENVALUES, colour)
    for first, network, line in style.by_seed(table):
        # A network that diverges has values beyond the axes, which would hide the others.
        relative = (network.loss / (network.zhat**2 / 2)).clip(LOSSES[0] / 10, LOSSES[1])
        loss.plot(network.epoch, relative, color=colours["lambda1"], **line)
        for column in EIGENVALUES if first else EIGENVALUES[:1]:
            real_part = network[column].clip(upper=REAL_PARTS[1])
            values.plot(network.epoch, real_part, color=colours[column], **line)
        if network.epoch.max() < epochs:
            largest = network[EIGENVALUES[0]].clip(upper=REAL_PARTS[1])
            for ax, curve in ((loss, relative), (values, largest)):
                ax.plot(
                    network.epoch.iloc[-1:], curve.iloc[-1:], "x", color=style.INK, ms=4,
                    clip_on=False, zorder=5,
                )  # fmt: skip
