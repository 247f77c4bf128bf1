"""Supplement: gradients diverge where learning drives an eigenvalue of W to 1."""

from collections.abc import Sequence
from itertools import product

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures.linear import DASHED, target_colours
from interplay.figures.panels import Panel
from interplay.figures.style import INK, TEXT_WIDTH, letter_panels, shades

LOSSES = 1e-6, 1e3
"""range of the axis of the loss, in units of zhat² / 2"""
REAL_PARTS = 0.4, 1.2
"""range of the axis of the eigenvalues' real parts"""
EIGENVALUES = ["lambda1", "lambda2", "lambda3", "lambda4", "lambda5"]

PANELS = {
    letter: Panel(
        f"{shows}, target {number // 2 + 1}, g {number % 2 + 1}",
        "divergence_curves.parquet",
        f"zhat == @targets[{number // 2}] and g == @strengths[{number % 2}]",
        columns,
    )
    for letters, shows, columns in (
        ("abcd", "learning curves", ("loss",)),
        ("efgh", "largest real parts of the eigenvalues of W", tuple(EIGENVALUES)),
    )
    for number, letter in enumerate(letters)
}


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
    figure = Figure(figsize=(TEXT_WIDTH, 3.1))
    axes = figure.subplots(2, len(networks), sharex=True, sharey="row", squeeze=False)
    colours = target_colours(list(targets))
    epochs = curves.epoch.max()
    for (loss, values), ((zhat, g), table) in zip(axes.T, networks, strict=True):
        _draw_seeds(loss, values, table, epochs, shades(colours[zhat], len(EIGENVALUES)))
        loss.set_title(rf"$\hat{{z}} = {zhat}$, $g = {g}$", loc="right")
        loss.set(yscale="log", ylim=LOSSES, xlim=(0, epochs))
        loss.axhline(1, color=INK, ls=DASHED, lw=0.6, zorder=0)
        values.axhline(1, color=INK, ls=DASHED, lw=0.6, zorder=0)
        values.set_xlabel("epoch")
    axes[1, 0].set_ylim(REAL_PARTS)
    axes[0, 0].set_ylabel(r"loss / ($\hat{z}^2 / 2$)")
    axes[1, 0].set_ylabel(r"largest $\mathrm{Re}\,\lambda$")
    letter_panels(axes.flat)
    return figure


def _draw_seeds(
    loss: Axes, values: Axes, table: pd.DataFrame, epochs: int, colours: list
) -> None:
    """Draw the networks of one target and g; `epochs` is the length of a whole training."""
    first = table.seed.min()
    for seed, network in table.groupby("seed"):
        line = {"lw": 1.2} if seed == first else {"lw": 0.5, "alpha": 0.6}
        # A network that diverges has values beyond the axes, which would hide the others.
        relative = (network.loss / (network.zhat**2 / 2)).clip(LOSSES[0] / 10, LOSSES[1])
        loss.plot(network.epoch, relative, color=colours[0], **line)
        shown = EIGENVALUES if seed == first else EIGENVALUES[:1]
        for column, colour in zip(shown, colours, strict=False):
            real_part = network[column].clip(upper=REAL_PARTS[1])
            values.plot(network.epoch, real_part, color=colour, **line)
        if network.epoch.max() < epochs:
            largest = network[EIGENVALUES[0]].clip(upper=REAL_PARTS[1])
            for ax, curve in ((loss, relative), (values, largest)):
                ax.plot(
                    network.epoch.iloc[-1:], curve.iloc[-1:], "x", color=INK, ms=4,
                    clip_on=False, zorder=5,
                )  # fmt: skip
