"""The style of all figures: size, type, colours, and how they are saved."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter
from matplotlib.transforms import Bbox

from interplay.storage.files import replacing

TEXT_WIDTH = 5.5
"""inches, of the paper's column"""

STRIP = 0.16
"""inches, height of the strip above a figure that has a mark"""

FORMATS = ("png", "pdf", "svg")

RC = {
    "font.family": "DejaVu Sans",
    "font.size": 7,
    "axes.titlesize": 8,
    "axes.labelsize": 7,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.minor.size": 1.5,
    "ytick.minor.size": 1.5,
    "legend.fontsize": 6.5,
    "legend.frameon": False,
    "legend.handlelength": 1.5,
    "lines.linewidth": 1.2,
    "lines.markersize": 3,
    "figure.constrained_layout.use": True,
    "figure.dpi": 100,
    "savefig.dpi": 300,
    # Text stays text in the PDF, in an embedded TrueType font.
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    # The same figure is the same file.
    "svg.hashsalt": "interplay",
}

TASKS = {"flipflop": "Flip-flop", "mante": "Mante", "romo": "Romo"}
"""the tasks' names as shown, in the paper's order"""

COLOURBLIND = (
    "#0173b2", "#de8f05", "#029e73", "#d55e00", "#cc78bc",
    "#ca9161", "#fbafe4", "#949494", "#ece133", "#56b4e9",
)  # fmt: skip
"""seaborn's palette `colorblind`; most figures take less time than the import of seaborn"""

TASK_COLOURS = dict(zip(TASKS, COLOURBLIND, strict=False))
INK = "#222222"
MUTED = "#888888"

MARKERS = {True: {"ms": 2.5}, False: {"ms": 3.2, "mfc": "white", "mew": 0.7}}
"""of a mean: a full marker where all networks count, an open one where only some do"""

ALONE = {"color": INK, "ls": "none"}
"""a marker without a line in a legend of all tasks"""
SOME = {"marker": "o", **MARKERS[False], **ALONE}
"""an open marker in a legend"""


def blend(colours: Sequence[Any], n: int) -> list[tuple[float, ...]]:
    """Return n colours, red, green and blue from 0 to 1, evenly spaced between some."""
    scale = mpl.colors.LinearSegmentedColormap.from_list("blend", list(colours))
    return [tuple(colour) for colour in scale(np.linspace(0, 1, n))[:, :3]]


def shades(keys: Sequence[Any], colour: str) -> dict[Any, tuple[float, ...]]:
    """Return a shade of a colour for each key, from a darker one to a lighter one."""
    dark = blend(["black", colour], 5)[3]
    light = blend(["white", colour], 5)[2]
    palette = blend([dark, light], max(len(keys), 2))
    return dict(zip(keys, palette, strict=False))


def letter_panels(axes: Iterable[Axes]) -> None:
    """Write (a), (b), … above the upper left corner of the axes, in their order.

    The group of the axes in an SVG file gets the id panel-a, panel-b, …
    """
    for letter, ax in zip(ascii_lowercase, axes, strict=False):
        ax.set_title(f"({letter})", loc="left", fontweight="bold")
        ax.set_gid(f"panel-{letter}")


def task_grid(
    height: float, labels: Sequence[str], **options: Any
) -> tuple[Figure, np.ndarray]:
    """Return a figure with a column of panels per task, and its axes, titled and lettered.

    Args:
        height: in inches.
        labels: of the y axis of each row.
        options: of `Figure.subplots`.
    """
    figure = Figure(figsize=(TEXT_WIDTH, height))
    axes = figure.subplots(len(labels), len(TASKS), **options)
    for ax, name in zip(axes[0], TASKS.values(), strict=True):
        ax.set_title(name)
    for ax, label in zip(axes[:, 0], labels, strict=True):
        ax.set_ylabel(label)
    letter_panels(axes.flat)
    return figure, axes


def use_log_axis(ax: Axes) -> None:
    """Make the y axis logarithmic, with plain numbers; nothing without a positive value."""
    # A logarithmic axis cannot be drawn without a point.
    if not np.isfinite(ax.dataLim.minposy):
        return
    ax.set_yscale("log")
    ax.autoscale(axis="y")
    low, high = ax.get_ylim()
    # A locator of more than the powers of ten has no ticks at all on a long axis.
    ticks = (
        (1,) if high / low > 1000 else (1, 3) if high / low > 10 else (1, 1.5, 2, 3, 5, 7)
    )
    ax.yaxis.set_major_locator(LogLocator(subs=ticks))
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_formatter(NullFormatter())


def leave_empty(ax: Axes, why: str) -> None:
    """Write into axes why there is nothing to draw."""
    ax.text(0.5, 0.5, why, transform=ax.transAxes, ha="center", color=MUTED)
    ax.set(xticks=[], yticks=[])


def strips(ax: Axes, table: pd.DataFrame, **options) -> None:
    """Draw a dot per row as `seaborn.stripplot` does, with the same jitter each time.

    Args:
        ax: where to draw.
        table: its rows.
        options: of `seaborn.stripplot`.
    """
    # Imported here, since the import takes longer than most figures.
    import seaborn as sns

    labels = {"xlabel": ax.get_xlabel(), "ylabel": ax.get_ylabel()}
    # seaborn draws the jitter from NumPy's global generator.
    state = np.random.get_state()
    np.random.seed(0)
    try:
        sns.stripplot(table, ax=ax, **options)
    finally:
        np.random.set_state(state)
    # seaborn adds the names of the columns.
    ax.set(**labels)


def draw_mean(
    ax: Axes, table: pd.DataFrame, x: str, y: str, *, shade: float = 0.2, **line
) -> None:
    """Draw the mean of a column against another, with a shade of ± its standard deviation.

    Args:
        ax: where to draw.
        table: rows, of which those with equal x (the seeds) are averaged.
        x, y: columns.
        shade: opacity of the shade.
        line: options of the line.
    """
    points = table.groupby(x)[y].agg(["mean", "std"]).astype(float)
    mean, spread = points["mean"], points["std"]
    (drawn,) = ax.plot(mean.index, mean, **line)
    ax.fill_between(
        mean.index, mean - spread, mean + spread, color=drawn.get_color(), alpha=shade,
        lw=0,
    )  # fmt: skip


def by_seed(
    table: pd.DataFrame, label: str | None = None
) -> Iterator[tuple[bool, pd.DataFrame, dict[str, Any]]]:
    """Yield for each seed whether it is the first, its rows, and the options of its line.

    The line of the first seed is thick and has the label.
    """
    for seed, network in table.groupby("seed"):
        first = seed == table.seed.min()
        line = {"lw": 1.2, "label": label} if first else {"lw": 0.5, "alpha": 0.6}
        yield first, network, line


def legend_entries(lines: Mapping[str, Mapping[str, Any]]) -> list[Line2D]:
    """Return the entries of a legend: grey lines, unless their options name a colour.

    Args:
        lines: options of a line by its label.
    """
    shown = {label: {"color": MUTED, **line} for label, line in lines.items()}
    return [Line2D([], [], label=label, **line) for label, line in shown.items()]


def dots(colours: Mapping[str, Any], ms: float = 2.5) -> dict[str, dict[str, Any]]:
    """Return options of lines with dots, for `legend_entries`, by the label of a colour."""
    dot = {"marker": "o", "ms": ms}
    return {label: {"color": colour, **dot} for label, colour in colours.items()}


def strength_dots(
    strengths: Sequence[float], ms: float = 2.5
) -> dict[str, dict[str, Any]]:
    """Return `dots` in a shade of ink for each g, for legends of all tasks."""
    return dots({f"$g = {g:g}$": c for g, c in shades(strengths, INK).items()}, ms)


def save(
    figure: Figure,
    stem: str | Path,
    name: str,
    identity: str,
    mark: str = "",
    formats: Sequence[str] = FORMATS,
) -> None:
    """Write a figure in each format, without a date, so that equal means identical.

    Args:
        figure: the figure to write; afterwards its layout is fixed.
        stem: path without suffix.
        name: kept in each file's metadata, as its title.
        identity: likewise, the hash of what the figure is made of.
        mark: written in a strip above the figure, if there is something to say.
        formats: any of `FORMATS`. What one of them shows does not depend on the others.
    """
    made_of = f"made of sha256:{identity}"
    metadata = {
        "pdf": {"CreationDate": None, "Title": name, "Subject": made_of},
        "svg": {"Date": None, "Title": name, "Description": made_of},
        "png": {"Title": name, "Description": made_of},
    }
    # A figure has its layout engine, or none. matplotlib would replace none by the setting.
    settings = {**RC, "figure.constrained_layout.use": False}
    with mpl.rc_context(settings):
        _fix_layout(figure)
        size = _add_mark(figure, mark) if mark else None
        for suffix in formats:
            with replacing(f"{stem}.{suffix}") as temporary:
                figure.savefig(temporary, metadata=metadata[suffix], bbox_inches=size)


def _fix_layout(figure: Figure) -> None:
    """Lay the panels out once, at the resolution of the PNG, for every format."""
    own, figure.dpi = figure.dpi, RC["savefig.dpi"]
    figure.draw_without_rendering()
    figure.dpi = own
    figure.set_layout_engine("none")


def _add_mark(figure: Figure, mark: str) -> Bbox:
    """Write a mark in a strip above a figure, and return the box of both, in inches."""
    # A strip above the figure moves no panel, whatever the layout of the figure is.
    width, height = figure.get_size_inches()
    # Without an anchor, a legend would follow the larger box into the strip.
    for legend in figure.legends:
        legend.set_bbox_to_anchor((0, 0, 1, 1), figure.transFigure)
    figure.text(
        1 - 0.2 * STRIP / width, 1 + 0.25 * STRIP / height, mark, ha="right",
        color=MUTED, fontsize=6.5, fontstyle="italic",
    )  # fmt: skip
    return Bbox([[0, 0], [width, height + STRIP]])
