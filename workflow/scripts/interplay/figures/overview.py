"""The overview of one experiment: learning, low-rank structure, dependence on g."""

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures import style
from interplay.figures.fig2 import QUANTITIES, draw_against_g
from interplay.figures.panels import Panel, lettered

LARGEST_INDEX = 20
"""singular values shown"""

BEYOND = 3
"""a grid of g has at least as many values; fewer make no curve against g"""

PANELS = lettered(
    Panel("loss during training", "losses.parquet", columns=("loss",)),
    Panel(
        "singular values of dW",
        "spectrum.parquet",
        f"matrix == 'dW' and index <= {LARGEST_INDEX}",
        ("value",),
    ),
    Panel("loss with dW truncated", "truncation.csv", columns=("loss",)),
    *(
        Panel(
            f"{column} against g", "networks.csv", columns=(column, "settled", "complete")
        )
        for column in QUANTITIES
    ),
)


def draw(
    networks: pd.DataFrame,
    losses: pd.DataFrame,
    spectrum: pd.DataFrame,
    truncation: pd.DataFrame,
    *,
    title: str,
    threshold: float,
) -> Figure:
    """Draw loss, singular values and truncated loss, and what depends on g.

    Lines are means over seeds, shades standard deviations. The second row appears if there
    are at least three values of g.

    Args:
        networks, losses, spectrum, truncation: the experiment's own tables.
        title: name of the experiment.
        threshold: fraction of the initial loss below which a network has converged.
    """
    has_grid = networks.g.nunique() >= BEYOND
    figure = Figure(figsize=(style.TEXT_WIDTH, 3.9 if has_grid else 2.1))
    rows = figure.subfigures(2 if has_grid else 1, 1, squeeze=False)[:, 0]
    curves, values, truncated = upper = rows[0].subplots(1, 3)
    strengths = sorted(networks.g.unique())
    palette = sns.color_palette("viridis", len(strengths))
    colours = dict(zip(strengths, palette, strict=True))
    line = {"hue": "g", "palette": colours, "errorbar": "sd", "lw": 0.9}

    stride = max(losses.epoch.max() // 500, 1)
    shown = losses[losses.epoch % stride == 0]
    sns.lineplot(shown, x="epoch", y="loss", ax=curves, **line | {"errorbar": None})
    curves.set_yscale("log")
    changes = PANELS["b"].select(spectrum)
    marked = line | {"marker": "o", "ms": 2.5, "mew": 0}
    sns.lineplot(changes, x="index", y="value", ax=values, **marked)
    values.set(ylabel=r"singular values of $\Delta W$", ylim=(0, None))
    sns.lineplot(truncation, x="rank", y="loss", ax=truncated, **marked)
    truncated.set(xlabel="rank $R$", ylabel="truncated loss", ylim=(0, None))
    for ax in (curves, truncated):
        level = threshold * networks.initial_loss.mean()
        ax.axhline(level, color=style.MUTED, lw=0.7, ls=":")
        if legend := ax.get_legend():
            legend.remove()
    _place_legend(values)

    axes = [*upper]
    if has_grid:
        lower = rows[1].subplots(1, len(QUANTITIES))
        for ax, (column, label) in zip(lower, QUANTITIES.items(), strict=True):
            draw_against_g(ax, networks, column, style.INK)
            ax.set(xlabel="$g$", ylabel=label, ylim=(0, None))
        axes += [*lower]
    style.letter_panels(axes)
    figure.suptitle(title, fontsize=8)
    return figure


def _place_legend(ax: Axes) -> None:
    if legend := ax.get_legend():
        handles, labels = ax.get_legend_handles_labels()
        legend.remove()
        ax.legend(
            handles, labels, title="$g$", ncols=1 + len(labels) // 6, title_fontsize=7
        )
