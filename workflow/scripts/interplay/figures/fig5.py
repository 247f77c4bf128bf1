"""Fig. 5: low-rank changes of a two-layer LSTM that was trained on sentiment analysis."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures.style import (
    INK,
    MUTED,
    TASK_COLOURS,
    TEXT_WIDTH,
    label_panels,
    line_with_spread,
    mean_and_spread,
)

REAL = "Stanford Sentiment Treebank"
"""the one treebank whose name a figure need not carry"""

MATRICES = {
    "W0": ("$W_0$", {"color": MUTED, "ls": "--"}),
    "W": ("$W$", {"color": TASK_COLOURS["flipflop"]}),
    "dW": (r"$\Delta W$", {"color": TASK_COLOURS["mante"]}),
}
"""how the matrices are named and drawn"""


def draw(
    spectrum: pd.DataFrame,
    truncation: pd.DataFrame,
    networks: pd.DataFrame,
    *,
    experiment: str,
) -> Figure:
    """Draw panels (a) and (b), mean and standard deviation over seeds.

    Args:
        spectrum: the table sentiment_spectrum.parquet.
        truncation: the table sentiment_truncation.csv.
        networks: the table sentiment.csv.
        experiment: which LSTMs are shown.
    """
    spectrum, truncation, networks = (
        table[table.experiment == experiment]
        for table in (spectrum, truncation, networks)
    )
    figure = Figure(figsize=(TEXT_WIDTH, 1.9))
    values, accuracy = figure.subplots(1, 2)

    draw_spectrum(values, spectrum, layer=2, weight="recurrent")
    values.set(xlabel="index", ylabel="singular value")
    values.legend()

    full = networks.dev_accuracy
    accuracy.axhline(full.mean(), color=INK, lw=0.8, ls=":", label="not truncated")
    for target in ("W", "dW"):
        name, line = MATRICES[target]
        found = mean_and_spread(
            truncation[truncation.target == target], "rank", "dev_accuracy"
        )
        line_with_spread(
            accuracy, found.index, found["mean"], found["std"],
            label=f"truncated {name}", **line,
        )  # fmt: skip
    accuracy.set(
        xlabel="rank", ylabel="validation accuracy",
        xlim=(0, truncation["rank"].max() + 1),
    )  # fmt: skip
    accuracy.legend(loc="lower right")

    label_panels((values, accuracy), x=-0.12)
    name_treebank(figure, networks)
    return figure


def draw_spectrum(ax: Axes, spectrum: pd.DataFrame, layer: int, weight: str) -> None:
    """Draw the singular values of W0, W and dW of one layer's weights.

    Args:
        ax: where.
        spectrum: the table sentiment_spectrum.parquet.
        layer: 1 or 2.
        weight: input or recurrent.
    """
    here = spectrum[(spectrum.layer == layer) & (spectrum.weight == weight)]
    for matrix, (name, line) in MATRICES.items():
        found = mean_and_spread(here[here.matrix == matrix], "index", "value")
        line_with_spread(ax, found.index, found["mean"], found["std"], label=name, **line)
    ax.set(xlim=(0, here["index"].max() + 1), ylim=(0, None))


def name_treebank(figure: Figure, table: pd.DataFrame) -> None:
    """Write above a figure what it was made from, unless that is the real treebank."""
    (treebank,) = table.treebank.unique()
    if treebank != REAL:
        figure.suptitle(treebank, fontsize=8, color="#b00020", fontweight="bold")
