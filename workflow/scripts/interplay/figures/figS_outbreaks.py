"""Supplement: outbreaks of the loss late in training, by learning rate and optimiser."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures import style
from interplay.figures.panels import Panel, lettered

SHARE = "share of late epochs\nabove the threshold"
NONE = "no network converged early"

DRAWN = ("outbreak_share",)
PANELS = lettered(
    Panel(
        "the network that breaks out most, and the same with variants of Adam: their losses",
        "outbreaks.csv",
        "drawn",
        DRAWN,
    ),
    Panel(
        "outbreaks of each network by variant of Adam and learning rate",
        "outbreaks.csv",
        columns=DRAWN,
    ),
    *(
        Panel(
            f"outbreaks against g in the {which} reading",
            "nonlinear.csv",
            f"experiment in @readings[{number}] and converged_early",
            DRAWN,
        )
        for number, which in enumerate(("first", "second"))
    ),
)


def draw(
    outbreaks: pd.DataFrame,
    losses: pd.DataFrame,
    networks: pd.DataFrame,
    *,
    readings: list[Mapping[str, str]],
    names: list[str],
    threshold: float,
) -> Figure:
    """Draw loss curves (a), outbreaks by variant (b), and against g in readings (c, d).

    Args:
        outbreaks: the table outbreaks.csv.
        losses: the table nonlinear_loss.parquet.
        networks: the table nonlinear.csv.
        readings: the experiment that stands for each task, in two readings.
        names: of these readings.
        threshold: fraction of the initial loss.
    """
    figure = Figure(figsize=(style.TEXT_WIDTH, 4.0))
    axes = figure.subplots(2, 2)
    _draw_worst(axes[0, 0], PANELS["a"].select(outbreaks), losses, threshold)
    _draw_networks(axes[0, 1], outbreaks)

    pairs = zip(axes[1], "cd", readings, names, strict=False)
    for ax, letter, reading, name in pairs:
        rows = PANELS[letter].select(networks, readings=readings)
        for number, (task, title) in enumerate(style.TASKS.items()):
            of_task = rows[rows.experiment == reading[task]]
            means = of_task.groupby("g").outbreak_share.mean()
            ax.plot(
                of_task.g + 0.03 * (number - 1), of_task.outbreak_share, "o",
                color=style.TASK_COLOURS[task], ms=2, alpha=0.5, mew=0,
            )  # fmt: skip
            ax.plot(means.index, means, "-", color=style.TASK_COLOURS[task], label=title)
        ax.set(xlabel="$g$", ylabel=SHARE, ylim=(-0.03, 1.03))
        ax.set_title(f"reading {name}", loc="right", fontsize=7)
    figure.legend(
        *axes[1, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3
    )
    style.letter_panels(axes.flat)
    return figure


def _draw_networks(ax: Axes, outbreaks: pd.DataFrame) -> None:
    """Draw a dot per network, by variant of Adam and learning rate."""
    if outbreaks.empty:
        style.leave_empty(ax, NONE)
        return
    rates = sorted(outbreaks.learning_rate.unique())
    style.strips(
        ax, outbreaks, x="variant", y="outbreak_share", hue="learning_rate",
        hue_order=rates, palette=style.shades(rates, style.TASK_COLOURS["mante"]),
        jitter=0.15, alpha=0.8, size=3, dodge=True,
    )  # fmt: skip
    ax.set(ylabel=SHARE, ylim=(-0.03, 1.03))
    # Above the axes: within them its markers would be taken for networks.
    ax.legend(
        title=r"learning rate $\times\, N$", title_fontsize=6.5, loc="lower right",
        bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0,
    )  # fmt: skip


def _draw_worst(
    ax: Axes, twins: pd.DataFrame, losses: pd.DataFrame, threshold: float
) -> None:
    """Draw the losses of one network, trained by the variants of Adam."""
    if twins.empty:
        style.leave_empty(ax, NONE)
        return
    worst = twins.iloc[0]
    colours = sns.color_palette("dark", len(twins))
    for (_, network), colour in zip(twins.iterrows(), colours, strict=True):
        curve = losses[
            (losses.experiment == network.experiment)
            & (losses.g == network.g)
            & (losses.seed == network.seed)
        ]
        ax.plot(curve.epoch, curve.loss, color=colour, lw=0.5, label=network.variant)
        for start in curve.loss[curve.epoch == 0]:
            ax.axhline(threshold * start, color=style.MUTED, lw=0.5, ls=":")
    ax.set(xlabel="epoch", ylabel="loss")
    if np.isfinite(ax.dataLim.minposy):
        ax.set_yscale("log")
        # Room for the legend.
        low, high = ax.get_ylim()
        ax.set_ylim(low / (high / low) ** 0.4, high)
    ax.set_title(
        f"$g = {worst.g:g}$, seed {worst.seed}, {worst.learning_rate:g}$/N$",
        loc="right", fontsize=7,
    )  # fmt: skip
    for line in ax.legend(loc="lower left").get_lines():
        line.set_linewidth(1.2)
