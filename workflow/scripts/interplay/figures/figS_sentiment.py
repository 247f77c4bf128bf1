"""Supplement: training curves of the LSTM, and the spectra of all of its weights."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from interplay.figures import style
from interplay.figures.fig5 import MATRICES, REAL, draw_spectrum, name_treebank
from interplay.figures.panels import Panel, lettered

SPLITS = {
    "train": ("training", style.TASK_COLOURS["flipflop"]),
    "dev": ("validation", style.TASK_COLOURS["mante"]),
}

IN_INK = {"color": style.INK}
OTHERS = (":", "--", "-.", (0, (1, 3)))
PUBLISHED = {"ls": "none", "marker": "o", "ms": 3, "mfc": "none"}
"""styles of the curves at other rates, in rising order of the rate, and of published ones"""

WEIGHTS = [(layer, weight) for layer in (1, 2) for weight in ("input", "recurrent")]

PANELS = lettered(
    *(
        Panel(
            f"{quantity} of the LSTM during training",
            "sentiment_curves.csv",
            "experiment == @experiment",
            (f"train_{quantity}", f"dev_{quantity}"),
        )
        for quantity in ("loss", "accuracy")
    ),
    Panel(
        "change of the training accuracy by truncation",
        "sentiment_truncation.csv",
        "experiment == @experiment and train_change.notna()",
        ("train_change",),
    ),
    *(
        Panel(
            f"singular values of the {weight} weights of layer {layer}",
            "sentiment_spectrum.parquet",
            f"experiment == @experiment and layer == {layer} and weight == '{weight}'",
            ("value",),
        )
        for layer, weight in WEIGHTS
    ),
)


def draw(
    curves: pd.DataFrame,
    truncation: pd.DataFrame,
    spectrum: pd.DataFrame,
    published: pd.DataFrame,
    published_spectrum: pd.DataFrame,
    *,
    experiment: str,
    others: Mapping[str, float],
) -> Figure:
    """Draw learning curves (a, b), truncation (c) and singular values (d-g).

    Lines and shades are mean and standard deviation over seeds.

    Args:
        curves: the table sentiment_curves.csv.
        truncation: the table sentiment_truncation.csv.
        spectrum: the table sentiment_spectrum.parquet.
        published: the table paper/published_lstm.csv.
        published_spectrum: the table paper/published_lstm_spectrum.csv. Published values are
            shown on the real treebank only.
        experiment: the LSTMs that are drawn.
        others: the rate of other LSTMs, before the division by N; their curves are thin.
    """
    figure = Figure(figsize=(style.TEXT_WIDTH, 3.8))
    above, below = figure.subfigures(2, 1)
    upper = above.subplots(1, 3)
    lines = dict(zip(sorted(others, key=others.__getitem__), OTHERS, strict=False))
    for ax, letter, quantity in zip(upper[:2], "ab", ("loss", "accuracy"), strict=True):
        rows = PANELS[letter].select(curves, experiment=experiment)
        for split, (name, colour) in SPLITS.items():
            line = {"color": colour, "label": name, "lw": 1}
            style.draw_mean(ax, rows, "epoch", f"{split}_{quantity}", **line)
        for other, line in lines.items():
            at_rate = PANELS[letter].select(curves, experiment=other)
            _draw_other(ax, at_rate, quantity, line)
        if (rows.treebank == REAL).all():
            _draw_published(ax, published, quantity)
        # Room for the last published circle.
        ax.set(xlabel="epoch", ylabel=quantity, xlim=(0, 1.02 * rows.epoch.max()))
    shown = PANELS["a"].select(curves, experiment=experiment)
    # A rate at which the loss grows would hide the difference to the published values.
    highest = shown[[f"{split}_loss" for split in SPLITS]].max().max()
    upper[0].set_ylim(0, min(2 * highest, upper[0].get_ylim()[1]))
    handles = [*upper[0].lines[: len(SPLITS)]]
    handles += style.legend_entries(
        {
            f"rate {others[other]:g} / N": IN_INK | {"ls": line, "lw": 0.6}
            for other, line in lines.items()
        }
    )
    if (rows.treebank == REAL).all():
        handles += style.legend_entries({"published": IN_INK | PUBLISHED})
    above.legend(handles=handles, loc="outside upper center", ncols=6)
    _draw_truncation(upper[2], PANELS["c"].select(truncation, experiment=experiment))

    lower = below.subplots(1, len(WEIGHTS))
    for ax, letter, (layer, weight) in zip(lower, "defg", WEIGHTS, strict=True):
        rows = PANELS[letter].select(spectrum, experiment=experiment)
        draw_spectrum(ax, rows)
        if (rows.treebank == REAL).all():
            _draw_published_values(ax, published_spectrum, layer, weight)
            # Published values may be above ours.
            ax.autoscale(axis="y")
            ax.set_ylim(0, None)
        ax.set(xlabel="index", ylabel="")
        ax.text(
            0.97, 0.97, f"layer {layer},\n{weight}", transform=ax.transAxes, ha="right",
            va="top",
        )  # fmt: skip
    lower[0].set_ylabel("singular value")
    below.legend(
        *lower[0].get_legend_handles_labels(), loc="outside lower center", ncols=3
    )
    style.letter_panels([*upper, *lower])
    name_treebank(figure, curves[curves.experiment == experiment])
    return figure


def _draw_other(ax: Axes, rows: pd.DataFrame, quantity: str, line: Any) -> None:
    """Draw the mean over the seeds of another rate."""
    for split, (_, colour) in SPLITS.items():
        means = rows.groupby("epoch")[f"{split}_{quantity}"].mean()
        ax.plot(means.index, means, color=colour, ls=line, lw=0.6)


def _draw_truncation(ax: Axes, rows: pd.DataFrame) -> None:
    """Draw the change of the training accuracy against the rank of W or dW."""
    ax.axhline(0, color=style.INK, lw=0.8, ls=":")
    for target in ("W", "dW"):
        name, line = MATRICES[target]
        of_target = rows[rows.target == target]
        style.draw_mean(
            ax, of_target, "rank", "train_change", label=f"truncated {name}", **line
        )
    ax.set(xlabel="rank", ylabel="training accuracy,\nchange")
    ax.set_xlim(0, rows["rank"].max())
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.legend(loc="lower right")


def _draw_published(ax: Axes, published: pd.DataFrame, quantity: str) -> None:
    for split, (_, colour) in SPLITS.items():
        values = published[published.quantity == f"{split}_{quantity}"]
        ax.plot(values.epoch, values["value"], color=colour, **PUBLISHED)


def _draw_published_values(
    ax: Axes, published: pd.DataFrame, layer: int, weight: str
) -> None:
    """Mark the values read off, and a triangle where the published ones are below."""
    rows = published[(published.layer == layer) & (published.weight == weight)]
    for bound, marker in {"": "o", "below": "v"}.items():
        for matrix, (_, line) in MATRICES.items():
            shown = rows[(rows.bound == bound) & (rows.matrix == matrix)]
            marks = PUBLISHED | {"marker": marker, "color": line["color"], "zorder": 4}
            (drawn,) = ax.plot(shown["index"], shown["value"], clip_on=False, **marks)
            # Whole at index 1; the layout would take the marker's box for one of the axes.
            drawn.set_in_layout(False)
