"""Supplement: the first five singular values of dW in the linear network."""

import pandas as pd
from matplotlib.figure import Figure

from interplay.figures.fig3 import (
    DASHDOTTED,
    DASHED,
    effective_time,
    of_effective_time,
    target_colours,
)
from interplay.figures.style import INK, TEXT_WIDTH, label_panels, shades

VALUES = ["s1", "s2", "s3", "s4", "s5"]
SMALLEST = 1e-9
"""singular values below are rounding, and not shown"""


def draw(
    curves: pd.DataFrame, theory: pd.DataFrame, *, zhat: list[float], g: list[float]
) -> Figure:
    """Draw a column a target, a row a strength g, on a logarithmic axis.

    Mean over seeds, and the range from the smallest to the largest: a standard
    deviation below the mean is often negative here.

    Args:
        curves, theory: the tables linear_curves and linear_theory.
        zhat: the two targets shown.
        g: the strengths of the initial connectivity shown.
    """
    figure = Figure(figsize=(TEXT_WIDTH, 1.75 * len(g) + 0.2))
    axes = figure.subplots(len(g), len(zhat), sharey=True, sharex="col", squeeze=False)
    for row, strength in zip(axes, g, strict=True):
        for ax, target in zip(row, zhat, strict=True):
            simulated = of_effective_time(curves, target, strength)
            predicted = of_effective_time(theory, target, strength)
            colours = shades(target_colours(zhat)[target], len(VALUES))
            for value, colour in zip(VALUES, colours, strict=True):
                label = f"$s_{value[1]}$"
                seeds = simulated.groupby("epoch")[value]
                time = simulated.groupby("epoch").time.first()
                ax.plot(time, seeds.mean(), color=colour, label=label)
                ax.fill_between(
                    time, seeds.min(), seeds.max(), color=colour, alpha=0.2, lw=0
                )
            for value, style in {"s1": DASHED, "s2": DASHDOTTED}.items():
                ax.plot(
                    predicted.time, predicted[value], color=INK, ls=style, lw=0.9,
                    label=f"$s_{value[1]}$, theory",
                )  # fmt: skip
            ax.set(yscale="log", ylim=(SMALLEST, 3))
            ax.set_xlim(0, effective_time(simulated).max())
            ax.set_title(rf"$\hat{{z}} = {target}$, $g = {strength}$")
    for ax in axes[:, 0]:
        ax.set_ylabel(r"singular values of $\Delta W$")
    for ax in axes[-1]:
        ax.set_xlabel(r"effective learning time $\tilde{\tau}$")
    axes[0, -1].legend(loc="lower right", ncols=2, handlelength=2.2)
    label_panels(axes.flat, x=-0.12)
    return figure
