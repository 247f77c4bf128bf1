"""Colours, line styles and axes that the figures of the linear networks share."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from interplay.figures import style

DASHED = (0, (4, 2))
DASHDOTTED = (0, (4, 1.5, 1, 1.5))
DOTTED = (0, (1, 1))


def target_colours(zhat: list[float]) -> dict[float, str]:
    """Return a colour per target, from blue for the smallest to orange for the largest.

    Args:
        zhat: the targets, in any order.
    """
    high, middle, low = (style.COLOURBLIND[i] for i in (3, 4, 9))
    if len(zhat) < 3:
        colours = [low, high][: len(zhat)]
    else:
        colours = map(to_hex, style.blend([low, middle, high], len(zhat)))
    return dict(zip(sorted(zhat), colours, strict=True))


def effective_time(table: pd.DataFrame) -> pd.Series:
    """Return the effective learning time tau / (1 − g²)² of each row."""
    return table.tau / (1 - table.g**2) ** 2


def select_curve(table: pd.DataFrame, zhat: float, g: float) -> pd.DataFrame:
    """Return the rows of one target and g, with their effective learning `time`."""
    rows = table[(table.zhat == zhat) & (table.g == g)]
    return rows.assign(time=effective_time(rows))


def draw_simulated(ax: Axes, table: pd.DataFrame, column: str, colour, **line) -> None:
    """Draw the mean of a column over seeds, with its standard deviation.

    Args:
        ax: axes.
        table: rows of one target and g, from `select_curve`.
        column: name of the column.
        colour: colour of the line.
        line: further options of the line.
    """
    # Times of equal epochs can differ by rounding.
    time = table.groupby("epoch").time.transform("first")
    style.draw_mean(ax, table.assign(time=time), "time", column, color=colour, **line)


def draw_against_g(ax: Axes, table: pd.DataFrame, column: str, **line) -> None:
    """Draw a line where all networks have a value, open circles where only some do.

    A strength g at which no network has a value has a cross at the upper edge.

    Args:
        ax: axes.
        table: rows with g, the same networks at each g.
        column: name of the column; mean and standard deviation are drawn.
        line: options of the line, with its color.
    """
    points = table.groupby("g")[column].agg(["mean", "count", "size"])
    whole = (points["count"] == points["size"]) & points["mean"].notna()
    partial = points["mean"][points["mean"].notna() & ~whole]
    missing = points.index[points["mean"].isna()]
    shown = table[table.g.isin(points.index[whole])]
    style.draw_mean(ax, shown, "g", column, **({"marker": "o", "ms": 2} | line))
    colour = line["color"]
    if len(partial):
        ax.plot(partial.index, partial, "o", ms=3, mfc="none", mec=colour)
    if len(missing):
        ax.plot(
            missing, np.ones(len(missing)), "x", ms=3, color=colour, clip_on=False,
            transform=ax.get_xaxis_transform(),
        )  # fmt: skip
