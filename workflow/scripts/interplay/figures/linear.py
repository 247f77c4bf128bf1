"""Colours, line styles and axes that the figures of the linear networks share."""

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from interplay.figures import style

DASHED = (0, (4, 2))
DASHDOTTED = (0, (4, 1.5, 1, 1.5))
DOTTED = (0, (1, 1))


def target_colours(zhat: list[float]) -> dict[float, str]:
    """Return a colour per target, from blue for the smallest to orange for the largest.

    Args:
        zhat: the targets, in any order.
    """
    palette = sns.color_palette("colorblind").as_hex()
    low, middle, high = palette[9], palette[4], palette[3]
    if len(zhat) < 3:
        colours = [low, high][: len(zhat)]
    else:
        colours = sns.blend_palette([low, middle, high], len(zhat)).as_hex()
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
