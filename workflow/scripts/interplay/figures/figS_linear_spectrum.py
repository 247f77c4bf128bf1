"""Supplement: the first five singular values of dW in the linear network."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures import style
from interplay.figures.linear import (
    DASHDOTTED,
    DASHED,
    effective_time,
    select_curve,
    target_colours,
)
from interplay.figures.panels import Panel, lettered

VALUES = ["s1", "s2", "s3", "s4", "s5"]
SMALLEST = 1e-9
"""lower end of the axis; smaller singular values are rounding errors"""

PANELS = lettered(
    *(
        Panel(
            f"singular values of dW: {strength} g, {target} target",
            "linear_curves.parquet",
            f"zhat == @zhat[{column}] and g == @g[{row}]",
            tuple(VALUES),
        )
        for row, strength in enumerate(("first", "second"))
        for column, target in enumerate(("first", "second"))
    )
)


def draw(
    curves: pd.DataFrame, theory: pd.DataFrame, *, zhat: list[float], g: list[float]
) -> Figure:
    """Draw one column per target and one row per strength g, on a logarithmic axis.

    Lines are means over seeds. Shades reach from the smallest to the largest value,
    because the mean less a standard deviation is often negative.

    Args:
        curves, theory: the tables linear_curves and linear_theory.
        zhat: the two targets shown.
        g: the strengths of the initial connectivity shown.
    """
    figure = Figure(figsize=(style.TEXT_WIDTH, 1.75 * len(g) + 0.2))
    axes = figure.subplots(len(g), len(zhat), sharey=True, sharex="col", squeeze=False)
    for row, strength in zip(axes, g, strict=True):
        for ax, target in zip(row, zhat, strict=True):
            simulated = select_curve(curves, target, strength)
            for value, colour in style.shades(
                VALUES, target_colours(zhat)[target]
            ).items():
                _draw_value(ax, simulated, value, colour)
            predicted = select_curve(theory, target, strength)
            for value, dashes in {"s1": DASHED, "s2": DASHDOTTED}.items():
                # A logarithmic axis has no place for the zeros at tau = 0.
                visible = predicted[predicted[value] > SMALLEST]
                ax.plot(
                    visible.time, visible[value], color=style.INK, ls=dashes, lw=0.9,
                    label=f"$s_{value[1]}$, theory",
                )  # fmt: skip
            ax.set(yscale="log", ylim=(SMALLEST, 3))
            ax.set_xlim(0, effective_time(simulated).max())
            ax.set_title(rf"$\hat{{z}} = {target}$, $g = {strength}$")
    for ax in axes[:, 0]:
        ax.set_ylabel(r"singular values of $\Delta W$")
    for ax in axes[-1]:
        ax.set_xlabel(r"effective learning time $\tilde{\tau}$")
    axes[0, 0].legend(loc="lower right", handlelength=2.2)
    style.letter_panels(axes.flat)
    return figure


def _draw_value(ax: Axes, simulated: pd.DataFrame, value: str, colour) -> None:
    """Draw one singular value and write its name at the right end of its line."""
    seeds = simulated.groupby("epoch")[value]
    time, mean = simulated.groupby("epoch").time.first(), seeds.mean()
    visible = mean > SMALLEST
    if not visible.any():
        return
    ax.plot(time[visible], mean[visible], color=colour)
    low, high = seeds.min().clip(lower=SMALLEST), seeds.max()
    ax.fill_between(
        time[visible], low[visible], high[visible], color=colour, alpha=0.2, lw=0
    )
    ax.annotate(
        f"$s_{value[1]}$", (time.iloc[-1], mean.iloc[-1]), (3, 0),
        textcoords="offset points", color=colour, va="center", annotation_clip=False,
    )  # fmt: skip
