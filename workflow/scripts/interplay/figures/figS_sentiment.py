"""Supplement: training curves of the LSTM, and the spectra of all of its weights."""

import pandas as pd
from matplotlib.figure import Figure

from interplay.figures.fig5 import draw_spectrum, name_treebank
from interplay.figures.style import (
    TASK_COLOURS,
    TEXT_WIDTH,
    label_panels,
    line_with_spread,
    mean_and_spread,
)

SPLITS = {
    "train": ("training", TASK_COLOURS["flipflop"]),
    "dev": ("validation", TASK_COLOURS["mante"]),
}


def draw(curves: pd.DataFrame, spectrum: pd.DataFrame, *, experiment: str) -> Figure:
    """Draw loss and accuracy (a, b) and singular values (c-f), with spread over seeds.

    Args:
        curves: the table sentiment_curves.csv.
        spectrum: the table sentiment_spectrum.parquet.
        experiment: which LSTMs are shown.
    """
    curves = curves[curves.experiment == experiment]
    spectrum = spectrum[spectrum.experiment == experiment]
    figure = Figure(figsize=(TEXT_WIDTH, 3.6))
    above, below = figure.subfigures(2, 1, height_ratios=[1, 1])
    loss, accuracy = above.subplots(1, 2)
    for ax, quantity in {loss: "loss", accuracy: "accuracy"}.items():
        for split, (name, colour) in SPLITS.items():
            found = mean_and_spread(curves, "epoch", f"{split}_{quantity}")
            # An epoch's values follow its steps, or are means over them.
            line_with_spread(
                ax, found.index + 1, found["mean"], found["std"],
                color=colour, label=name, lw=0.8,
            )  # fmt: skip
        ax.set(xlabel="epoch", ylabel=quantity, xlim=(0, curves.epoch.max() + 1))
    loss.set_ylim(0, None)
    accuracy.legend(loc="lower right")

    panels = [(layer, weight) for layer in (1, 2) for weight in ("input", "recurrent")]
    axes = below.subplots(1, len(panels))
    for ax, (layer, weight) in zip(axes, panels, strict=True):
        draw_spectrum(ax, spectrum, layer, weight)
        ax.set(title=f"layer {layer}, {weight}", xlabel="index")
    axes[0].set_ylabel("singular value")
    axes[0].legend()

    label_panels((loss, accuracy), x=-0.12)
    label_panels(axes, start="c", x=-0.2)
    name_treebank(figure, curves)
    return figure
