"""Fig. 5: low-rank changes of a two-layer LSTM that was trained on sentiment analysis."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from interplay.figures import style
from interplay.figures.panels import Panel, lettered

REAL = "Stanford Sentiment Treebank"
"""the treebank whose name a figure does not show"""

MATRICES = {
    "W0": ("$W_0$", {"color": style.MUTED, "ls": "--"}),
    "W": ("$W$", {"color": style.TASK_COLOURS["flipflop"]}),
    "dW": (r"$\Delta W$", {"color": style.TASK_COLOURS["mante"]}),
}
"""how the matrices are named and drawn"""

PANELS = lettered(
    Panel(
        "singular values of the recurrent weights of layer 2",
        "sentiment_spectrum.parquet",
        "experiment == @experiment and layer == 2 and weight == 'recurrent'",
        ("value",),
    ),
    Panel(
        "validation accuracy after truncation",
        "sentiment_truncation.csv",
        "experiment == @experiment",
        ("dev_accuracy",),
    ),
)


def draw(
    spectrum: pd.DataFrame,
    truncation: pd.DataFrame,
    networks: pd.DataFrame,
    *,
    experiment: str,
) -> Figure:
    """Draw panels (a) and (b): mean and standard deviation over seeds.

    Args:
        spectrum: the table sentiment_spectrum.parquet.
        truncation: the table sentiment_truncation.csv.
        networks: the table sentiment.csv.
        experiment: the LSTMs that are drawn.
    """
    networks = networks[networks.experiment == experiment]
    figure = Figure(figsize=(style.TEXT_WIDTH, 2.0))
    values, accuracy = figure.subplots(1, 2)
    draw_spectrum(values, PANELS["a"].select(spectrum, experiment=experiment))
    values.set(xlabel="index", ylabel="singular value")
    values.legend()

    accuracies = PANELS["b"].select(truncation, experiment=experiment)
    full = networks.dev_accuracy.mean()
    accuracy.axhline(full, color=style.INK, lw=0.8, ls=":", label="not truncated")
    for target in ("W", "dW"):
        name, line = MATRICES[target]
        rows, label = accuracies[accuracies.target == target], f"truncated {name}"
        style.draw_mean(accuracy, rows, "rank", "dev_accuracy", label=label, **line)
    accuracy.set(xlabel="rank", ylabel="validation accuracy")
    accuracy.set_xlim(0, truncation["rank"].max() + 1)
    accuracy.legend(loc="lower right")

    style.letter_panels((values, accuracy))
    name_treebank(figure, networks)
    return figure


def draw_spectrum(ax: Axes, spectrum: pd.DataFrame) -> None:
    """Draw the singular values of W0, W and dW.

    Args:
        ax: where to draw.
        spectrum: rows of sentiment_spectrum.parquet, of the weights of one layer.
    """
    for matrix, (name, line) in MATRICES.items():
        rows = spectrum[spectrum.matrix == matrix]
        style.draw_mean(ax, rows, "index", "value", label=name, **line)
    ax.set(xlim=(0, spectrum["index"].max() + 1), ylim=(0, None))


def name_treebank(figure: Figure, table: pd.DataFrame) -> None:
    """Write the name of the treebank above a figure, unless it is the real one."""
    (treebank,) = table.treebank.unique()
    if treebank != REAL:
        figure.suptitle(treebank, fontsize=8, color="#b00020", fontweight="bold")
