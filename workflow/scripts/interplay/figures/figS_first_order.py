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
    "eq11": r"Eq. (11), $B^T\mathbf{w}$, $B\mathbf{m}$",
    "eq8": r"Eq. (8), $\mathbf{w}$, $\mathbf{m}$",
    "eq11_shuffled": "Eq. (11), $W_0$ shuffled",
}
"""directions, and their names in the legend"""

OVERLAPS = dict(zip(DIRECTIONS, style.TASK_COLOURS.values(), strict=True))
"""colour of each direction"""

SIDES = {"left": {"marker": "o", "ms": 2}, "right": {"marker": "x", "ms": 3}}
"""markers of left and right singular vectors"""

NAMES = {"ratio": "as measured", "corrected": r"without $z_0$"}
"""columns of panel (f), and their names in the legend"""

ORTHOGONAL, INDEPENDENT = "vectors == 'orthogonal'", "vectors == 'independent'"
LARGEST_N = f"({INDEPENDENT} or N == @N)"

PANELS = lettered(
    *(
        Panel(
            f"{quantity} against g{OVER}",
            "first_order.csv",
            f"quantity == '{quantity}' and {LARGEST_N} and ratio.notna()",
            ("ratio",),
        )
        for quantity in QUANTITIES
    ),
    Panel(
        f"tau_star{OVER} against zhat² / (1 − g²)",
        "first_order.csv",
        f"quantity == 'tau_star' and {LARGEST_N} and ratio.notna()",
        ("ratio",),
    ),
    Panel(
        f"tau_star{OVER} against N, at the largest g",
        "first_order.csv",
        f"quantity == 'tau_star' and {ORTHOGONAL} and g == @g and ratio.notna()",
        ("ratio",),
    ),
    Panel(
        f"first speed of the readout{OVER}, as measured and corrected",
        "first_order.csv",
        f"quantity == 'first_readout_speed' and {INDEPENDENT} and zhat == @zhat[0]",
        ("ratio", "corrected"),
    ),
    Panel(
        "overlaps of first singular vectors of dW, smallest target",
        "linear_directions.csv",
        f"{ORTHOGONAL} and N == @N and zhat == @small[0]",
        ("overlap", "predicted"),
    ),
    *(
        Panel(
            f"overlaps of first singular vectors of dW, {which} target",
            "linear_directions.csv",
            f"{INDEPENDENT} and zhat == @zhat[{number}]",
            ("overlap", "predicted"),
        )
        for number, which in enumerate(("first", "second"))
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
    """Draw panels (a) to (i).

    Args:
        networks: the table first_order.csv.
        directions: the table linear_directions.csv.
        N: the number of neurons of the networks with orthogonal vectors, except in (e).
        small: the targets of the networks with orthogonal vectors, the smallest first.
        g: the strength of the initial connectivity in panel (e).
        zhat: the two targets of panels (h) and (i), the first of which is that of (f).
    """
    figure = Figure(figsize=(style.TEXT_WIDTH, 5.2))
    axes = figure.subplots(3, 3)
    options = {"N": N, "small": small, "g": g, "zhat": zhat}
    tables = {"first_order.csv": networks, "linear_directions.csv": directions}
    rows = [panel.select(tables[panel.table], **options) for panel in PANELS.values()]

    independent = networks[networks.vectors == "independent"]
    kinds = {"independent": independent.zhat.unique().tolist(), "orthogonal": small}
    colours = {kind: target_colours(targets) for kind, targets in kinds.items()}
    lines = {"independent": {"ls": "-"}, "orthogonal": {"ls": DOTTED, "marker": "s"}}
    for ax, table, symbol in zip(axes[0], rows, QUANTITIES.values(), strict=False):
        for (kind, target), group in table.groupby(["vectors", "zhat"]):
            line = {"color": colours[kind][target], **lines[kind]}
            draw_against_g(ax, group, "ratio", **line)
        _finish(ax, "$g$", f"{symbol}, relative,{OVER}")
    entries = {}
    for kind, note in (("independent", ""), ("orthogonal", ", $z_0 = 0$")):
        for target, colour in colours[kind].items():
            line = {"color": colour, "marker": "o", "ms": 2, **lines[kind]}
            entries[rf"$\hat{{z}} = {target}${note}"] = line
    axes[0, 1].legend(handles=style.legend_entries(entries), loc="lower left")

    collapse, sizes, speed = axes[1]
    for (kind, target), group in rows[3].groupby(["vectors", "zhat"]):
        means = group.groupby("g").ratio.mean()
        strength = target**2 / (1 - means.index.to_numpy() ** 2)
        marker = {"orthogonal": "s", "independent": "o"}[kind]
        collapse.plot(strength, means, marker, ms=2.5, color=colours[kind][target], mew=0)
    collapse.set_xscale("log")
    _finish(collapse, r"$\hat{z}^2 \beta$", rf"$\tau^*$, relative,{OVER}")
    for target, group in rows[4].groupby("zhat"):
        line = {"color": colours["orthogonal"][target], **lines["orthogonal"]}
        style.draw_mean(sizes, group, "N", "ratio", ms=2, **line)
    sizes.set_xscale("log", base=2)
    sizes.xaxis.set_major_formatter("{x:g}")
    _finish(sizes, "$N$", rf"$\tau^*$, relative,{OVER}")
    sizes.set_title(f"$g = {g}$", fontsize=7)
    colour = colours["independent"][zhat[0]]
    shown = {"ratio": ("o", style.MUTED), "corrected": ("s", colour)}
    for column, (marker, of_column) in shown.items():
        line = {"color": of_column, "marker": marker, "label": NAMES[column]}
        draw_against_g(speed, rows[5], column, **line)
    _finish(speed, "$g$", f"$dz / d\\tau$ at 0,{OVER}")
    speed.set_title(rf"$\hat{{z}} = {zhat[0]}$", fontsize=7)
    speed.legend()

    titles = [rf"$\hat{{z}} = {small[0]}$, $z_0 = 0$"]
    titles += [rf"$\hat{{z}} = {target}$" for target in zhat]
    for ax, table, title in zip(axes[2], rows[6:], titles, strict=True):
        _draw_overlaps(ax, table)
        ax.set_title(title, fontsize=7)
    axes[2, 0].set_ylabel("overlap with first singular vector")
    entries = {
        **{name: {"color": OVERLAPS[key]} for key, name in DIRECTIONS.items()},
        **{side: {**marker, "ls": "none"} for side, marker in SIDES.items()},
        "first order": {"ls": DASHED, "lw": 0.9},
    }
    axes[2, 0].legend(handles=style.legend_entries(entries), loc="lower left")
    style.letter_panels(axes.flat)
    return figure


def _draw_overlaps(ax: Axes, table: pd.DataFrame) -> None:
    """Draw the overlap with each direction against g, for both sides."""
    for direction, group in table.groupby("direction"):
        colour = OVERLAPS[direction]
        for side, of_side in group.groupby("side"):
            style.draw_mean(
                ax, of_side, "g", "overlap", color=colour, lw=0.6, **SIDES[side]
            )
        predicted = group.groupby("g").predicted.first()
        ax.plot(predicted.index, predicted, color=colour, ls=DASHED, lw=0.9)
    ax.set(xlabel="$g$", ylim=(0, 1.03))


def _finish(ax: Axes, xlabel: str, ylabel: str) -> None:
    """Draw the line of first order and name the axes."""
    ax.axhline(1, color=style.INK, ls=DASHED, lw=0.9, zorder=0)
    ax.set(xlabel=xlabel, ylabel=ylabel)
