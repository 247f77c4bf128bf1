"""Supplement: linear networks against the first order of the learning time."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures import style
from interplay.figures.linear import DASHED, DOTTED, draw_against_g, target_colours
from interplay.figures.panels import Panel, lettered

OVER = " over first order"
QUANTITIES = {
    "tau_star": r"$\tau^*$",
    "norm_dW": r"$\|\Delta W\|$",
    "mean_gradient_norm": r"$\|dW / d\tau\|$",
}
"""quantities of panels (a) to (c), and their symbols"""

DIRECTIONS = {
    ("eq11", "eq7"): ("with $W_0$", style.TASK_COLOURS["flipflop"]),
    ("eq8", "eq9"): ("without $W_0$", style.TASK_COLOURS["mante"]),
    ("eq11_shuffled", "eq7_shuffled"): ("$W_0$ shuffled", style.TASK_COLOURS["romo"]),
}
"""names and colours of the directions of the first and of the second singular vector"""

SIDES = {"left": {"marker": "o", "ms": 2}, "right": {"marker": "x", "ms": 3}}
"""markers of left and right singular vectors"""

LINES = {
    "linear": {"ls": "-", "marker": "o"},
    "small_targets": {"ls": DOTTED, "marker": "s"},
}
"""lines of the networks of Fig. 4, and of those with a readout vector orthogonal to Bm"""

CORRECTION = {
    "ratio": ("as measured", {"color": style.MUTED}),
    "corrected": ("without $z_0$", {}),
}
"""columns of panel (f), their names and lines"""

SMALL, OF_FIG4 = "experiment == 'small_targets'", "experiment == 'linear'"
LARGEST_N = f"({OF_FIG4} or N == @N)"

PANELS = lettered(
    *(
        Panel(
            f"{quantity} against g{OVER}",
            "first_order.csv",
            f"quantity == '{quantity}' and {LARGEST_N}",
            ("ratio",),
        )
        for quantity in QUANTITIES
    ),
    Panel(
        f"tau_star{OVER} (not relative to g = 0) against zhat² / (1 − g²)",
        "first_order.csv",
        f"quantity == 'tau_star' and {LARGEST_N} and measured.notna()",
        ("measured", "first_order"),
    ),
    Panel(
        f"tau_star{OVER} against N, at the largest g",
        "first_order.csv",
        f"quantity == 'tau_star' and {SMALL} and g == @g and ratio.notna()",
        ("ratio",),
    ),
    Panel(
        f"first speed of the readout{OVER}, as measured and corrected",
        "first_order.csv",
        f"quantity == 'first_readout_speed' and {OF_FIG4} and zhat == @zhat[0]",
        ("ratio", "corrected"),
    ),
    *(
        Panel(
            f"overlaps of {which} singular vectors of dW, {target} target",
            "linear_directions.csv",
            f"index == {index} and {rows}",
            ("overlap", "predicted"),
        )
        for index, which in ((1, "first"), (2, "second"))
        for target, rows in (
            ("smallest", f"{SMALL} and N == @N and zhat == @small[0]"),
            ("first", f"{OF_FIG4} and zhat == @zhat[0]"),
            ("second", f"{OF_FIG4} and zhat == @zhat[1]"),
        )
    ),
)


def draw(
    networks: pd.DataFrame,
    directions: pd.DataFrame,
    *,
    N: int,
    small: list[float],
    g: float,
    zhat: list[float],
) -> Figure:
    """Draw panels (a) to (l).

    Args:
        networks: the table first_order.csv.
        directions: the table linear_directions.csv.
        N: the number of neurons of the small targets, except in (e).
        small: the targets of the small targets, the smallest first.
        g: the strength of the initial connectivity in panel (e).
        zhat: the two targets of panels (h, k) and (i, l), the first of which is that of (f).
    """
    figure = Figure(figsize=(style.TEXT_WIDTH, 7.0))
    axes = figure.subplots(4, 3)
    options = {"N": N, "small": small, "g": g, "zhat": zhat}
    tables = {"first_order.csv": networks, "linear_directions.csv": directions}
    rows = [panel.select(tables[panel.table], **options) for panel in PANELS.values()]
    of_fig4 = networks[networks.experiment == "linear"].zhat.unique().tolist()
    colours = target_colours(sorted({*of_fig4, *small}))
    lines = {
        (experiment, target): {"color": colours[target], "ms": 2, **LINES[experiment]}
        for experiment, targets in (("linear", of_fig4), ("small_targets", small))
        for target in targets
    }

    for ax, table, symbol in zip(axes[0], rows, QUANTITIES.values(), strict=False):
        for one, group in table.groupby(["experiment", "zhat"]):
            draw_against_g(ax, group, "ratio", **lines[one])
        ax.set_title(f"{symbol}, relative", fontsize=7)
        _finish(ax, "$g$")

    collapse, sizes, speed = axes[1]
    for (experiment, target), group in rows[3].groupby(["experiment", "zhat"]):
        means = group.groupby("g")[["measured", "first_order"]].mean()
        strength = target**2 / (1 - means.index.to_numpy() ** 2)
        line = lines[experiment, target] | {"ls": "none"}
        collapse.plot(strength, means.measured / means.first_order, **line)
    collapse.set(xscale="log")
    collapse.set_title(r"$\tau^*$", fontsize=7)
    _finish(collapse, r"$\hat{z}^2 \beta$")
    for target, group in rows[4].groupby("zhat"):
        style.draw_mean(sizes, group, "N", "ratio", **lines["small_targets", target])
    sizes.set_xscale("log", base=2)
    sizes.xaxis.set_major_formatter("{x:g}")
    sizes.set_title(rf"$\tau^*$, relative, $g = {g}$", fontsize=7)
    _finish(sizes, "$N$")
    measured = lines["linear", zhat[0]]
    for column, (name, line) in CORRECTION.items():
        draw_against_g(speed, rows[5], column, label=name, **(measured | line))
    speed.set_title(rf"$dz / d\tau$ at 0, $\hat{{z}} = {zhat[0]}$", fontsize=7)
    speed.legend()
    _finish(speed, "$g$")

    titles = [rf"$\hat{{z}} = {small[0]}$, $z_0 = 0$"]
    titles += [rf"$\hat{{z}} = {target}$" for target in zhat]
    for ax, table, title in zip(axes[2:].flat, rows[6:], 2 * titles, strict=True):
        _draw_overlaps(ax, table)
        ax.set_title(title, fontsize=7)
    for ax, which in zip(axes[2:, 0], ("first", "second"), strict=True):
        ax.set_ylabel(f"overlap, {which} vectors")
    for row in axes[:2, 0]:
        row.set_ylabel("measured / first order")

    notes = {"linear": "", "small_targets": ", $z_0 = 0$"}
    targets = {
        rf"$\hat{{z}} = {target}${notes[experiment]}": line
        for (experiment, target), line in lines.items()
    }
    overlaps = {
        **{name: {"color": colour} for name, colour in DIRECTIONS.values()},
        **{side: {**marker, "ls": "none"} for side, marker in SIDES.items()},
        "theory": {"ls": DASHED, "lw": 0.9},
    }
    for place, entries in (("upper", targets), ("lower", overlaps)):
        handles = style.legend_entries(entries)
        figure.legend(handles=handles, loc=f"outside {place} center", ncols=6)
    style.letter_panels(axes.flat)
    return figure


def _draw_overlaps(ax: Axes, table: pd.DataFrame) -> None:
    """Draw the overlap with each direction against g, for both sides."""
    colours = {name: c for names, (_, c) in DIRECTIONS.items() for name in names}
    for direction, group in table.groupby("direction"):
        colour = colours[direction]
        for side, of_side in group.groupby("side"):
            style.draw_mean(
                ax, of_side, "g", "overlap", color=colour, lw=0.6, **SIDES[side]
            )
        predicted = group.groupby("g").predicted.first()
        ax.plot(predicted.index, predicted, color=colour, ls=DASHED, lw=0.9)
    ax.set(xlabel="$g$", ylim=(0, 1.03))


def _finish(ax: Axes, xlabel: str) -> None:
    """Draw the line of first order and name the axis."""
    ax.axhline(1, color=style.INK, ls=DASHED, lw=0.9, zorder=0)
    ax.set(xlabel=xlabel, ylim=(0, 1.05 * ax.get_ylim()[1]))
