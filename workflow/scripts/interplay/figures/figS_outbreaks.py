"""Supplement: outbreaks of the loss after learning, and what begins and prevents them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures import style
from interplay.figures.panels import Panel, lettered

WAYS = {
    "share_same": "same batches",
    "share_without": "without the trial",
    "share_without_another": "without another",
    "share_clipped": "clipped",
}
"""columns of interventions.csv, and how they are shown"""

WHICH = {"late_share_early": False, "long_share_early": True}
"""columns of outbreaks.csv that panel (f) shows, and whether as filled markers"""

VARIANTS = {
    "before": {"color": style.INK, "label": "before"},
    "same": {"color": style.COLOURBLIND[3], "label": "same batches"},
    "without": {"color": style.COLOURBLIND[0], "label": "without the trial"},
    "clipped": {"color": style.COLOURBLIND[2], "ls": (0, (2, 1)), "label": "clipped"},
}

NONE = "no network has an\noutbreak that lasts"
SHARE = "share of late epochs\nabove the bound"

SYMBOLS = {"beta2": r"$\beta_2$", "eps": r"$\epsilon$"}
"""of options of Adam, in the name of a variant"""

ROOM = 0.7
"""height of the legend of panel (a), as a share of the height of the losses"""

PANELS = lettered(
    Panel(
        "the loss of one network around its outbreak, with and without the trial",
        "intervention_losses.parquet",
        "drawn",
        ("variant", "epoch", "loss"),
    ),
    Panel(
        "the gradient of each trial of the batch that begins it, against its evidence",
        "intervention_trials.parquet",
        "drawn",
        ("gradient_norm", "evidence", "removed"),
    ),
    Panel(
        "share of the next epochs above the bound, with and without the trial, and clipped",
        "interventions.csv",
        "replayed",
        tuple(WAYS),
    ),
    *(
        Panel(
            f"share of networks with an outbreak against g in the {which} reading",
            "outbreaks.csv",
            f"experiment in @readings[{number}]",
            ("fraction", "lower", "upper", "lasting_fraction"),
        )
        for number, which in enumerate(("first", "second"))
    ),
    Panel(
        "of networks that learned early, share of the late epochs above the bound, and in "
        "long stretches, by options of Adam",
        "outbreaks.csv",
        "shared_g and role in @varied",
        (*WHICH, "variant"),
    ),
)


def draw(
    interventions: pd.DataFrame,
    trials: pd.DataFrame,
    losses: pd.DataFrame,
    outbreaks: pd.DataFrame,
    *,
    readings: list[Mapping[str, str]],
    names: list[str],
    varied: list[str],
) -> Figure:
    """Draw one outbreak (a, b), all interventions (c), counts (d, e), options of Adam (f).

    Args:
        interventions: the table interventions.csv.
        trials: the table intervention_trials.parquet.
        losses: the table intervention_losses.parquet.
        outbreaks: the table outbreaks.csv.
        readings: the experiment that stands for each task, in two readings.
        names: of these readings.
        varied: the tasks that are trained with other options of Adam, too.
    """
    figure = Figure(figsize=(style.TEXT_WIDTH, 4.4))
    axes = figure.subplots(2, 3)
    _draw_losses(axes[0, 0], PANELS["a"].select(losses), interventions)
    _draw_trials(axes[0, 1], PANELS["b"].select(trials))
    _draw_shares(axes[0, 2], PANELS["c"].select(interventions))
    pairs = zip(axes[1], "de", readings, names, strict=False)
    for ax, letter, reading, name in pairs:
        rows = PANELS[letter].select(outbreaks, readings=readings)
        _draw_counts(ax, rows, reading)
        ax.set_title(f"reading {name}", loc="right", fontsize=7)
    variants = PANELS["f"].select(outbreaks, varied=varied)
    smallest = variants.learning_rate.min()
    markers = {
        rate: "o" if rate == smallest else "s"
        for rate in sorted(variants.learning_rate.unique())
    }
    _draw_variants(axes[1, 2], variants, markers)
    tasks = {
        name: {"color": style.TASK_COLOURS[task], "marker": "o", "ms": 3}
        for task, name in style.TASKS.items()
    }
    rates = {
        f"rate {rate:g} / N (f)": {"marker": marker, **style.ALONE}
        for rate, marker in markers.items()
    }
    counted = {
        "any outbreak, Wilson's 95 % (d, e)": {"marker": "o", **style.ALONE},
        "one that lasts (d, e)": {"marker": "x", **style.ALONE},
    }
    shares = {
        "epochs above the bound (f)": {"marker": "o", **style.ALONE, "mfc": "none"},
        "in long stretches (f)": {"marker": "o", **style.ALONE},
    }
    entries = tasks | counted | rates | shares
    figure.legend(
        handles=style.legend_entries(entries), loc="outside lower center", ncols=3
    )
    style.letter_panels(axes.flat)
    return figure


def _draw_losses(ax: Axes, losses: pd.DataFrame, interventions: pd.DataFrame) -> None:
    if losses.empty:
        style.leave_empty(ax, NONE)
        return
    for variant, line in VARIANTS.items():
        curve = losses[losses.variant == variant]
        ax.plot(curve.epoch, curve.loss, lw=0.8, **line)
    shown = interventions[interventions.drawn].iloc[0]
    ax.axhline(shown.bound, color=style.MUTED, lw=0.5, ls=":")
    ax.axvline(shown.epoch, ymax=1 / (1 + ROOM), color=style.MUTED, lw=0.5)
    ax.set(xlabel="epoch", ylabel="loss")
    if np.isfinite(ax.dataLim.minposy):
        ax.set_yscale("log")
        # Room for the legend.
        low, high = ax.get_ylim()
        ax.set_ylim(low, high * (high / low) ** ROOM)
    ax.legend(loc="upper left", fontsize=6, borderaxespad=0.1)
    name = style.TASKS.get(shown.role, shown.role)
    ax.set_title(f"{name}, $g = {shown.g:g}$", loc="right", fontsize=7)


def _draw_trials(ax: Axes, trials: pd.DataFrame) -> None:
    if trials.empty:
        style.leave_empty(ax, NONE)
        return
    relative = trials.gradient_norm / trials.gradient_norm.median()
    removed = trials.removed.astype(bool)
    colour = VARIANTS["without"]["color"]
    ax.plot(trials.evidence, relative, "o", color=style.MUTED, ms=2.5)
    ax.plot(trials.evidence[removed], relative[removed], "o", color=colour, ms=4)
    ax.set(xlabel="evidence of the trial", ylabel="norm of its gradient\nover the median")
    if (relative > 0).any():
        ax.set_yscale("log")


def _draw_shares(ax: Axes, interventions: pd.DataFrame) -> None:
    if interventions.empty:
        style.leave_empty(ax, NONE)
        return
    for number, row in enumerate(interventions.to_dict("records")):
        # Equal shares stay visible.
        shift = 0.25 * (number / len(interventions) - 0.5)
        x, y = np.arange(len(WAYS)) + shift, [row[way] for way in WAYS]
        colour = style.TASK_COLOURS.get(row["role"], style.INK)
        ax.plot(x, y, "o-", color=colour, ms=2.5, lw=0.5)
    ax.set_xticks(
        range(len(WAYS)), list(WAYS.values()), rotation=30, ha="right", fontsize=6
    )
    ax.set(ylabel="share of next epochs\nabove the bound", ylim=(-0.03, 1.03))


def _draw_counts(ax: Axes, rows: pd.DataFrame, reading: Mapping[str, str]) -> None:
    for number, task in enumerate(style.TASKS):
        of_task = rows[rows.experiment == reading[task]].dropna(subset="fraction")
        x, colour = of_task.g + 0.06 * (number - 1), style.TASK_COLOURS[task]
        limits = [of_task.fraction - of_task.lower, of_task.upper - of_task.fraction]
        ax.errorbar(
            x, of_task.fraction, np.clip(limits, 0, None), fmt="o", color=colour, ms=2.5,
            lw=0.6,
        )  # fmt: skip
        ax.plot(x, of_task.lasting_fraction, "x", color=colour, ms=3.5, mew=0.8)
    ax.set(xlabel="$g$", ylabel="share of networks", ylim=(-0.05, 1.05))


def _draw_variants(ax: Axes, rows: pd.DataFrame, markers: Mapping[float, str]) -> None:
    """Draw both shares of each experiment and g, by options of Adam; markers show the rate."""
    if rows.empty:
        style.leave_empty(ax, "no network")
        return
    variants = list(dict.fromkeys(rows.variant))
    groups = rows.groupby(["role", "learning_rate"], sort=False)
    for number, ((role, rate), group) in enumerate(groups):
        x = group.variant.map(variants.index) + 0.22 * (number - (len(groups) - 1) / 2)
        line = {"color": style.TASK_COLOURS.get(role, style.INK), "clip_on": False}
        for side, (column, filled) in zip((-0.05, 0.05), WHICH.items(), strict=True):
            ax.plot(
                x + side, group[column], markers[rate], ms=2.5, mew=0.5,
                mfc=line["color"] if filled else "none", **line,
            )  # fmt: skip
    shown = variants
    for option, symbol in SYMBOLS.items():
        shown = [name.replace(option, symbol) for name in shown]
    ax.set_xticks(range(len(variants)), shown, rotation=30, ha="right", fontsize=6)
    ax.set(ylabel=SHARE, ylim=(0, None))
