"""Supplement: gradients diverge where learning drives an eigenvalue of W to 1."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures.linear import DASHED, target_colours
from interplay.figures.style import INK, TEXT_WIDTH, letter_panels, shades

SMALLEST = 1e-6
"""lower end of the axis of the loss, in units of zhat² / 2"""
EIGENVALUES = ["lambda1", "lambda2", "lambda3", "lambda4", "lambda5"]


def draw(curves: pd.DataFrame) -> Figure:
    """Draw loss (upper row) and largest eigenvalues of W (lower row) against epochs.

    Each target and g has a column. Thick lines are the first seed with all eigenvalues
    of the table, thin lines the largest eigenvalue of the other seeds.

    Args:
        curves: the table divergence_curves.
    """
    networks = list(curves.groupby(["zhat", "g"]))
    figure = Figure(figsize=(TEXT_WIDTH, 3.1))
    axes = figure.subplots(2, len(networks), sharex=True, sharey="row", squeeze=False)
    colours = target_colours(curves.zhat.unique().tolist())
    for (loss, values), ((zhat, g), table) in zip(axes.T, networks, strict=True):
        _draw_seeds(loss, values, table, shades(colours[zhat], len(EIGENVALUES)))
        loss.set_title(rf"$\hat{{z}} = {zhat}$, $g = {g}$", loc="right")
        loss.set(yscale="log", ylim=(SMALLEST, None), xlim=(0, curves.epoch.max()))
        loss.axhline(1, color=INK, ls=DASHED, lw=0.6, zorder=0)
        values.axhline(1, color=INK, ls=DASHED, lw=0.6, zorder=0)
        values.set_xlabel("epoch")
    # A network that diverges has huge eigenvalues, which would hide the transition.
    axes[1, 0].set_ylim(0.4, 1.3)
    axes[0, 0].set_ylabel(r"loss / ($\hat{z}^2 / 2$)")
    axes[1, 0].set_ylabel(r"largest $\mathrm{Re}\,\lambda$")
    letter_panels(axes.flat)
    return figure


def _draw_seeds(loss: Axes, values: Axes, table: pd.DataFrame, colours: list) -> None:
    first = table.seed.min()
    for seed, network in table.groupby("seed"):
        line = {"lw": 1.2} if seed == first else {"lw": 0.5, "alpha": 0.6}
        relative = network.loss / (network.zhat**2 / 2)
        loss.plot(
            network.epoch, relative.clip(lower=SMALLEST / 10), color=colours[0], **line
        )
        shown = EIGENVALUES if seed == first else EIGENVALUES[:1]
        for column, colour in zip(shown, colours, strict=False):
            values.plot(network.epoch, network[column], color=colour, **line)
