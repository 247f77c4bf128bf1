"""Fig. 3: learning a simple input-output transformation in a linear network."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures.style import (
    INK,
    MUTED,
    TEXT_WIDTH,
    label_panels,
    line_with_spread,
    mean_and_spread,
    shades,
)

DASHED = (0, (4, 2))
DASHDOTTED = (0, (4, 1.5, 1, 1.5))
DOTTED = (0, (1, 1))


def draw(
    trials: pd.DataFrame,
    curves: pd.DataFrame,
    theory: pd.DataFrame,
    *,
    zhat: list[float],
    g: list[float],
) -> Figure:
    """Draw panels (a) to (e): a column of (b, d) and (c, e) each target.

    Args:
        trials, curves, theory: the tables linear_*.
        zhat: the two targets shown.
        g: the strengths of the initial connectivity shown.
    """
    figure = Figure(figsize=(TEXT_WIDTH, 3.3))
    grid = figure.add_gridspec(2, 3)
    halves = grid[:, 0].subgridspec(2, 1, height_ratios=[1, 3], hspace=0.05)
    upper = figure.add_subplot(halves[0])
    lower = figure.add_subplot(halves[1], sharex=upper)
    _draw_trials(upper, lower, trials, zhat, g)

    losses = [figure.add_subplot(grid[0, column]) for column in (1, 2)]
    values = [figure.add_subplot(grid[1, column]) for column in (1, 2)]
    for loss, value, target in zip(losses, values, zhat, strict=True):
        for strength, colour in zip(g, strength_colours(target, zhat, g), strict=True):
            simulated = of_effective_time(curves, target, strength)
            predicted = of_effective_time(theory, target, strength)
            draw_simulated(loss, simulated, "loss", colour, label=f"$g = {strength}$")
            loss.plot(predicted.time, predicted.loss, color=colour, ls=DASHED, lw=0.9)
            draw_simulated(value, simulated, "s1", colour)
            draw_simulated(value, simulated, "s2", colour, ls=DOTTED)
            value.plot(predicted.time, predicted.s1, color=colour, ls=DASHED, lw=0.9)
            value.plot(predicted.time, predicted.s2, color=colour, ls=DASHDOTTED, lw=0.9)
        for ax in (loss, value):
            last = curves[curves.zhat == target]
            ax.set(xlim=(0, effective_time(last).max()), ylim=(0, None))
        loss.set_title(rf"$\hat{{z}} = {target}$")
        loss.legend()
        value.set_xlabel(r"effective learning time $\tilde{\tau}$")
    losses[0].set_ylabel("loss")
    values[0].set_ylabel(r"singular values of $\Delta W$")
    _explain_lines(values[1])
    label_panels([upper, *losses, *values], x=-0.12)
    return figure


def target_colours(zhat: list[float]) -> dict[float, str]:
    """Return a colour for each target, the same in every figure of two or three."""
    palette = sns.color_palette("colorblind").as_hex()
    low, middle, high = palette[9], palette[4], palette[3]
    order = sorted(zhat)
    chosen = [low, high] if len(order) == 2 else [low, middle, high]
    return dict(zip(order, chosen, strict=True))


def strength_colours(target: float, zhat: list[float], g: list[float]) -> list:
    """Return a shade of the target's colour for each g, from darker to lighter."""
    return shades(target_colours(zhat)[target], len(g))


def effective_time(table: pd.DataFrame) -> pd.Series:
    """Return the effective learning time tau / (1 − g²)² of each row."""
    return table.tau / (1 - table.g**2) ** 2


def of_effective_time(table: pd.DataFrame, zhat: float, g: float) -> pd.DataFrame:
    """Return the rows of one target and g, with their effective learning `time`."""
    rows = table[(table.zhat == zhat) & (table.g == g)]
    return rows.assign(time=effective_time(rows))


def draw_simulated(ax: Axes, table: pd.DataFrame, column: str, colour, **line) -> None:
    """Draw the mean of a column over seeds, with its standard deviation."""
    # Times of equal epochs are equal, whatever rounding says.
    found = mean_and_spread(table, "epoch", column)
    time = table.groupby("epoch").time.first()
    line_with_spread(ax, time, found["mean"], found["std"], color=colour, **line)


def _draw_trials(
    upper: Axes, lower: Axes, trials: pd.DataFrame, zhat: list[float], g: list[float]
) -> None:
    inputs = trials[(trials.kind == "input") & (trials.zhat == zhat[0])]
    inputs = inputs[inputs.g == g[0]]
    upper.plot(inputs.time, inputs.value, color=INK, lw=1.0)
    upper.set(ylabel="input $u$", ylim=(-0.1, 1.3), yticks=[0, 1])
    upper.tick_params(labelbottom=False)
    end = inputs.time.max()
    outputs = trials[trials.kind == "output"]
    for target in zhat:
        for strength, colour in zip(g, strength_colours(target, zhat, g), strict=True):
            output = outputs[(outputs.zhat == target) & (outputs.g == strength)]
            lower.plot(output.time, output.value, color=colour)
        lower.plot(end, target, "o", color=INK, ms=3, clip_on=False, zorder=5)
        lower.text(
            0.95 * end, target, rf"$\hat{{z}} = {target}$",
            color=INK, ha="right", va="bottom",
        )  # fmt: skip
    lower.set(xlabel="time $t$", ylabel="output $z$", xlim=(0, end))
    lower.set_ylim(min(0, outputs.value.min()), 1.2 * max(zhat))


def _explain_lines(ax: Axes) -> None:
    lines = {
        "$s_1$": "-",
        "$s_1$, theory": DASHED,
        "$s_2$": DOTTED,
        "$s_2$, theory": DASHDOTTED,
    }
    handles = [
        ax.plot(np.nan, np.nan, color=MUTED, ls=style, label=name)[0]
        for name, style in lines.items()
    ]
    ax.legend(
        handles=handles, loc="upper left", handlelength=2.0, labelspacing=0.25,
        borderaxespad=0,
    )  # fmt: skip
