"""Fig. 3: learning a simple input-output transformation in a linear network."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures import style
from interplay.figures.linear import (
    DASHDOTTED,
    DASHED,
    DOTTED,
    draw_simulated,
    effective_time,
    select_curve,
    target_colours,
)
from interplay.figures.panels import Panel, lettered

PANELS = lettered(
    Panel("a trial of the linear networks", "linear_trials.parquet"),
    *(
        Panel(
            f"{shows} of the linear networks, {which} target",
            "linear_curves.parquet",
            f"zhat == @zhat[{number}] and g in @g",
            columns,
        )
        for shows, columns in (("loss", ("loss",)), ("singular values", ("s1", "s2")))
        for number, which in enumerate(("first", "second"))
    ),
)

VALUES = {
    "$s_1$": {},
    "$s_2$": {"ls": DOTTED},
    "$s_1$, theory": {"ls": DASHED, "lw": 0.9},
    "$s_2$, theory": {"ls": DASHDOTTED, "lw": 0.9},
}
"""legend of the singular values"""


def draw(
    trials: pd.DataFrame,
    curves: pd.DataFrame,
    theory: pd.DataFrame,
    *,
    zhat: list[float],
    g: list[float],
) -> Figure:
    """Draw panels (a) to (e), with one column of (b, d) and (c, e) per target.

    Args:
        trials, curves, theory: the tables linear_*.
        zhat: the two targets shown.
        g: the strengths of the initial connectivity shown.
    """
    figure = Figure(figsize=(style.TEXT_WIDTH, 3.4))
    grid = figure.add_gridspec(2, 3)
    halves = grid[:, 0].subgridspec(2, 1, height_ratios=[1, 3], hspace=0.05)
    upper = figure.add_subplot(halves[0])
    lower = figure.add_subplot(halves[1], sharex=upper)
    colours = {z: style.shades(g, colour) for z, colour in target_colours(zhat).items()}
    _draw_trials(upper, lower, trials, colours)

    losses = [figure.add_subplot(grid[0, column]) for column in (1, 2)]
    values = [figure.add_subplot(grid[1, column]) for column in (1, 2)]
    for loss, value, target in zip(losses, values, zhat, strict=True):
        for strength, colour in colours[target].items():
            simulated = select_curve(curves, target, strength)
            predicted = select_curve(theory, target, strength)
            draw_simulated(loss, simulated, "loss", colour)
            loss.plot(predicted.time, predicted.loss, color=colour, ls=DASHED, lw=0.9)
            draw_simulated(value, simulated, "s1", colour)
            draw_simulated(value, simulated, "s2", colour, ls=DOTTED)
            value.plot(predicted.time, predicted.s1, color=colour, ls=DASHED, lw=0.9)
            value.plot(predicted.time, predicted.s2, color=colour, ls=DASHDOTTED, lw=0.9)
        last = effective_time(curves[curves.zhat == target]).max()
        for ax in (loss, value):
            ax.set(xlim=(0, last), ylim=(0, None))
        loss.set_title(rf"$\hat{{z}} = {target}$")
        strengths = {f"$g = {one}$": {"color": c} for one, c in colours[target].items()}
        shown = strengths | {"theory": {"ls": DASHED, "lw": 0.9}}
        loss.legend(handles=style.legend_entries(shown))
        value.set_xlabel(r"effective learning time $\tilde{\tau}$")
        value.set_ylim(0, 1.3 * value.get_ylim()[1])
        value.legend(
            handles=style.legend_entries(VALUES), loc="upper left", ncols=2,
            handlelength=2.2, columnspacing=1.0, labelspacing=0.25, borderaxespad=0,
        )  # fmt: skip
    losses[0].set_ylabel("loss")
    values[0].set_ylabel(r"singular values of $\Delta W$")
    style.letter_panels([upper, *losses, *values])
    return figure


def _draw_trials(
    upper: Axes, lower: Axes, trials: pd.DataFrame, colours: dict[float, dict]
) -> None:
    """Draw the input above, and the output for each target and g below."""
    inputs, outputs = trials[trials.kind == "input"], trials[trials.kind == "output"]
    # All networks have the same input.
    first = inputs[["zhat", "g"]].eq(inputs[["zhat", "g"]].iloc[0]).all(axis=1)
    upper.plot(inputs.time[first], inputs.value[first], color=style.INK, lw=1.0)
    upper.set(ylabel="input $u$", ylim=(-0.1, 1.3), yticks=[0, 1])
    upper.tick_params(labelbottom=False)
    end = inputs.time.max()
    for target, of_target in colours.items():
        for strength, colour in of_target.items():
            output = outputs[(outputs.zhat == target) & (outputs.g == strength)]
            lower.plot(output.time, output.value, color=colour)
        lower.plot(end, target, "o", color=style.INK, ms=3, clip_on=False, zorder=5)
        lower.annotate(
            rf"$\hat{{z}} = {target}$", (0.95 * end, target), (0, 3),
            textcoords="offset points", color=style.INK, ha="right",
        )  # fmt: skip
    lower.set(xlabel="time $t$", ylabel="output $z$", xlim=(0, end))
    lower.set_ylim(min(0, outputs.value.min()), 1.2 * max(colours))
