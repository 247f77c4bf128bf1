"""An example trial in a figure: channels below each other, and the phases of the trial."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes

from interplay.figures import style

LABELS = 12
"""channels that have a label; of more, every second or third has one"""


def stack_channels(ax: Axes, table: pd.DataFrame, name: str) -> dict[int, float]:
    """Prepare axes for channels below each other; return the height of each channel's zero.

    The range of a channel ends well above that of the next, so that traces never touch.

    Args:
        ax: where the channels will be drawn.
        table: rows of trials.parquet, with all values that will be drawn.
        name: of the signal, in the labels of the channels.
    """
    values = table.assign(value=table.value.fillna(0))
    gap = 0.6 * (max(values.value.max(), 0) - min(values.value.min(), 0)) or 1.0
    offsets: dict[int, float] = {}
    top = floor = 0.0
    for channel, line in values.groupby("channel"):
        highest, lowest = max(line.value.max(), 0), min(line.value.min(), 0)
        offset = floor - gap - highest if offsets else 0.0
        top = top if offsets else highest
        floor = offset + lowest
        offsets[channel] = offset
    labelled = list(offsets)[:: 1 + (len(offsets) - 1) // LABELS]
    ax.set_yticks(
        [offsets[channel] for channel in labelled],
        [f"${name}_{{{channel + 1}}}$" for channel in labelled],
        fontsize=6,
    )
    ax.set_ylim(floor - 0.7 * gap, top + 0.7 * gap)
    ax.spines["left"].set_visible(False)
    ax.tick_params(left=False)
    return offsets


def draw_channels(
    ax: Axes, table: pd.DataFrame, offsets: Mapping[int, float], **line
) -> None:
    """Draw a line per channel, at the height that `stack_channels` gave it.

    Args:
        ax: where to draw.
        table: rows of trials.parquet, of one network and kind.
        offsets: by channel.
        line: options of the lines.
    """
    for channel, rows in table.groupby("channel"):
        ax.plot(rows.time, rows.value + offsets[channel], **line)


def draw_phases(ax: Axes, trial: pd.DataFrame) -> None:
    """Mark the times at which a phase of the trial begins."""
    for time in trial[trial.kind == "phase"].time:
        ax.axvline(time, color=style.MUTED, lw=0.5, ls=(0, (3, 2)), zorder=0)
