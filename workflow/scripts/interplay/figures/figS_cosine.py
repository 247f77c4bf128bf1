"""Supplement: a task for which initial connectivity is necessary."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures import style
from interplay.figures.linear import DASHED
from interplay.figures.panels import Panel, lettered
from interplay.linear.cosine import sustaining_eigenvalue

COLOUR = "#3b528b"

LEARNING = {
    "loss": ("learning curves", "loss / initial loss"),
    "eigenvalue_re": (
        "real part of the eigenvalue of W with the largest imaginary part",
        r"$\mathrm{Re}\,\lambda$",
    ),
    "eigenvalue_im": ("imaginary part of the same eigenvalue", r"$\mathrm{Im}\,\lambda$"),
}
"""column of each panel of the lower row, what it shows, and the label of its axis"""

PANELS = lettered(
    *(
        Panel(
            f"target and output at the {which} g",
            "cosine_trials.parquet",
            f"g == @strengths[{number}]",
            ("output", "target"),
        )
        for number, which in enumerate(("smallest", "middle", "largest"))
    ),
    *(
        Panel(shows, "cosine_curves.parquet", f"{column}.notna()", (column,))
        for column, (shows, _) in LEARNING.items()
    ),
)


def draw(
    trials: pd.DataFrame,
    curves: pd.DataFrame,
    *,
    strengths: Sequence[float],
    period: float,
    dt: float,
) -> Figure:
    """Draw the output per g in the upper row, and learning curves in the lower row.

    The lower row has loss, real part and imaginary part of the eigenvalue of W with the
    largest imaginary part, against epochs. Thick lines are the first seed, thin lines
    the other seeds.

    Args:
        trials: the table cosine_trials.
        curves: the table cosine_curves.
        strengths: of the initial connectivity, rising.
        period: period of the target in membrane time constants.
        dt: time step in membrane time constants.
    """
    colours = style.shades(strengths, COLOUR)
    figure = Figure(figsize=(style.TEXT_WIDTH, 3.3))
    rows = figure.add_gridspec(2, 1)
    upper = rows[0].subgridspec(1, len(strengths))
    outputs = upper.subplots(sharey=True, squeeze=False)[0]
    for ax, (g, colour) in zip(outputs, colours.items(), strict=True):
        _draw_output(ax, trials[trials.g == g], colour)
        ax.set_title(f"$g = {g}$")
    outputs[0].set_ylabel("output $z$")
    outputs[0].legend(loc="upper right", ncols=2, handlelength=1.2, columnspacing=0.8)

    learning = rows[1].subgridspec(1, 3).subplots()
    start = curves[curves.epoch == 0].set_index(["g", "seed"]).loss
    initial = start.reindex(pd.MultiIndex.from_frame(curves[["g", "seed"]]))
    curves = curves.assign(loss=curves.loss / initial.to_numpy())
    for ax, (column, (_, label)) in zip(learning, LEARNING.items(), strict=True):
        for g, colour in colours.items():
            of_g = style.by_seed(curves[curves.g == g], f"$g = {g}$")
            for _, network, line in of_g:
                shown = network.dropna(subset=column)
                ax.plot(shown.epoch, shown[column], color=colour, **line)
        ax.set(xlabel="epoch", ylabel=label, xlim=(0, curves.epoch.max()))
    needed = sustaining_eigenvalue(period, dt)
    for ax, value in zip(learning[1:], (needed.real, needed.imag), strict=True):
        ax.axhline(value, color=style.INK, ls=DASHED, lw=0.9, zorder=0)
    learning[0].set_ylim(0, 1.1)
    learning[2].legend(loc="center right", borderaxespad=0.2)
    style.letter_panels([*outputs, *learning])
    return figure


def _draw_output(ax: Axes, trials: pd.DataFrame, colour) -> None:
    """Draw target and output of all seeds of one g; grey marks where no loss counts."""
    first = trials[trials.seed == trials.seed.min()]
    ax.plot(first.time, first.target, color=style.INK, ls=DASHED, lw=0.9, label="target")
    for _, network, line in style.by_seed(trials, "output"):
        ax.plot(network.time, network.output, color=colour, **line)
    end = first.time.max()
    ax.axvspan(first.time[first.scored].max(), end, color=style.MUTED, alpha=0.15, lw=0)
    ax.set(xlabel="time $t$", xlim=(0, end), ylim=(-2, 2), yticks=np.arange(-2, 3))
