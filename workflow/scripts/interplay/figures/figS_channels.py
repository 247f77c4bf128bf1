"""Supplement: flip-flops with different numbers of channels, and their functional rank."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures import style
from interplay.figures.fig2 import QUANTITIES
from interplay.figures.panels import Panel, lettered
from interplay.nonlinear.measurements.spectra import ALIGNED

HOLDS = {"last_pulse": "one memory", "per_channel": "a memory per channel"}
"""kinds of flip-flop, in the columns of panels (a, b) and (d, e)"""

OF_DW = f"matrix == 'dW' and index <= {ALIGNED} and experiment"
TITLES = {"last_pulse": "one memory", "per_channel": "$K$ memories"}
SHARES = {"share_after": "-", "share_before": "--", "share_expected": ":"}
SIDES = "left", "right"
COLOUR = style.TASK_COLOURS["flipflop"]


def _against_channels(shows: str, column: str) -> list[Panel]:
    """Return a panel per kind of flip-flop, which shows a column against channels."""
    return [
        Panel(
            f"{shows} against the number of channels: {name}",
            "channels.csv",
            f"hold == '{hold}'",
            ("channels", column, "settled"),
        )
        for hold, name in HOLDS.items()
    ]


PANELS = lettered(
    *_against_channels("functional rank", "functional_rank"),
    Panel(
        "slope of the functional rank", "channels.csv", "", ("rank_slope", "slope_error")
    ),
    *_against_channels("convergence time", "convergence_epoch"),
    Panel(
        "singular values of dW without initial connectivity, by number of channels",
        "nonlinear_spectrum.parquet",
        f"{OF_DW} in @members and g == @weakest",
        ("index", "value"),
    ),
    Panel(
        "singular values of dW with the most channels",
        "nonlinear_spectrum.parquet",
        f"{OF_DW} == @largest and g in @g",
        ("index", "value"),
    ),
    *(
        Panel(
            f"{side} singular vectors of dW in the span of inputs and readouts",
            "nonlinear_alignment.parquet",
            f"side == '{side}' and experiment == @largest and g in @g",
            ("index", *SHARES),
        )
        for side in SIDES
    ),
)


def draw(
    channels: pd.DataFrame,
    spectrum: pd.DataFrame,
    alignment: pd.DataFrame,
    *,
    members: Sequence[str],
    largest: str,
    weakest: float,
    g: Sequence[float],
) -> Figure:
    """Draw panels (a) to (i).

    Args:
        channels: the table channels.csv.
        spectrum: the table nonlinear_spectrum.parquet.
        alignment: the table nonlinear_alignment.parquet.
        members: the experiments of one kind of flip-flop, for panel (f).
        largest: that with the most channels, for panels (g-i).
        weakest: the g of panel (f).
        g: strengths of the initial connectivity, a shade each.
    """
    figure = Figure(figsize=(style.TEXT_WIDTH, 5.4))
    axes = figure.subplots(3, 3)
    panels = dict(zip(PANELS, axes.flat, strict=True))
    strengths = style.shades(g, COLOUR)
    for (rank, epochs), hold in zip(axes[:2, :2].T, HOLDS, strict=True):
        _draw_hold(rank, epochs, channels[channels.hold == hold], strengths)
        rank.set_title(TITLES[hold])
    _draw_slopes(panels["c"], channels)
    count = channels.drop_duplicates("experiment").set_index("experiment").channels
    by_count = PANELS["f"].select(spectrum, members=list(members), weakest=weakest)
    by_count = by_count.assign(channels=by_count.experiment.map(count))
    counts = style.shades(sorted(by_count.channels.unique()), style.INK)
    for number, colour in counts.items():
        rows = by_count[by_count.channels == number]
        style.draw_mean(panels["f"], rows, "index", "value", color=colour, label=number)
    narrow = {"handlelength": 1, "columnspacing": 0.8}
    panels["f"].legend(
        title=f"$K$ ($g = {weakest:g}$)", ncols=2, title_fontsize=6.5, **narrow
    )
    options = {"largest": largest, "g": list(g)}
    shown = f"$K = {count[largest]}$"
    values = PANELS["g"].select(spectrum, **options)
    shares = [PANELS[letter].select(alignment, **options) for letter in "hi"]
    for strength, colour in strengths.items():
        of_g = values[values.g == strength]
        style.draw_mean(panels["g"], of_g, "index", "value", color=colour)
        for letter, rows in zip("hi", shares, strict=True):
            _draw_shares(panels[letter], rows[rows.g == strength], colour)
    panels["g"].set_title(shown)
    for letter, side in zip("hi", SIDES, strict=True):
        panels[letter].set(ylim=(0, 1.02), ylabel="share in the span")
        panels[letter].set_title(f"{shown}, {side}")
    for letter in "fghi":
        panels[letter].set_xlabel("index of singular value")
    for letter in "fg":
        panels[letter].set(ylabel=r"singular value of $\Delta W$", ylim=(0, None))
    style.letter_panels(axes.flat)
    dotted = "$K$ (a, b), 1 (c), random direction (h, i)"
    styles = {
        "some settled": style.SOME,
        "none settled": {"marker": "x", "ms": 3.5, "mew": 0.9, **style.ALONE},
        "vectors after training": {"ls": "-"},
        "vectors before": {"ls": "--"},
        dotted: {"ls": ":"},
    }
    handles = style.legend_entries(
        style.dots({f"$g = {s:g}$": c for s, c in strengths.items()}) | styles
    )
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure


def _draw_hold(rank: Axes, epochs: Axes, rows: pd.DataFrame, colours) -> None:
    """Draw functional rank and convergence time of one kind against channels."""
    for ax, column in ((rank, "functional_rank"), (epochs, "convergence_epoch")):
        if rows.empty:
            style.leave_empty(ax, "not trained")
            continue
        for strength, colour in colours.items():
            of_g = rows[(rows.g == strength) & rows.settled].astype({column: float})
            if len(of_g):
                style.draw_mean(ax, of_g, "channels", column, color=colour)
            _mark_means(ax, rows[rows.g == strength], of_g, column, colour)
        ax.set(xlabel="channels $K$", ylabel=QUANTITIES[column])
        ax.set_xticks(sorted(rows.channels.unique()))
    if len(rows):
        most = sorted(rows.channels.unique())
        rank.plot(most, most, ":", color=style.MUTED, lw=1, zorder=1)
        # Crosses are above all means.
        rank.set_ylim(0, 1.12 * rank.get_ylim()[1])
        style.use_log_axis(epochs)


def _mark_means(ax: Axes, rows: pd.DataFrame, settled: pd.DataFrame, column, colour):
    """Draw a dot per mean, open where some networks did not settle; a cross where none did."""
    share = rows.groupby("channels").settled.mean()
    for number, mean in settled.groupby("channels")[column].mean().items():
        marker = style.MARKERS[bool(share[number] == 1)]
        ax.plot(number, mean, "o", color=colour, zorder=3, **marker)
    for number in share.index[share == 0]:
        ax.plot(
            number, 0.97, "x", ms=3.5, mew=0.9, color=colour,
            transform=ax.get_xaxis_transform(),
        )  # fmt: skip


def _draw_slopes(ax: Axes, channels: pd.DataFrame) -> None:
    """Draw the slope of the functional rank against g, with its standard error."""
    slopes = channels.drop_duplicates(["hold", "g"]).dropna(subset="rank_slope")
    for hold, marker in zip(HOLDS, "os", strict=True):
        rows = slopes[slopes.hold == hold].sort_values("g")
        if rows.empty:
            continue
        colour = style.INK if hold == "per_channel" else style.MUTED
        ax.errorbar(
            rows.g, rows.rank_slope, rows.slope_error, color=colour, marker=marker, ms=3,
            lw=1, elinewidth=1, label=TITLES[hold],
        )  # fmt: skip
    ax.axhline(1, color=style.MUTED, lw=1, ls=":", zorder=1)
    ax.set(xlabel="$g$", ylabel="ranks per channel", ylim=(0, None))
    ax.set_xticks(sorted(channels.g.unique()))
    box = {"frameon": True, "facecolor": "white", "edgecolor": "none"}
    ax.legend(*ax.get_legend_handles_labels(), loc="lower right", **box)


def _draw_shares(ax: Axes, rows: pd.DataFrame, colour) -> None:
    """Draw the shares of the singular vectors, mean over seeds, by index."""
    means = rows.groupby("index")[list(SHARES)].mean()
    for column, line in SHARES.items():
        drawn = style.MUTED if column == "share_expected" else colour
        ax.plot(means.index, means[column], line, color=drawn)
