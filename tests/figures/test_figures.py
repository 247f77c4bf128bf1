"""Figures: the rows that panels show, and networks that did not converge or settle."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from interplay.figures import (
    fig1,
    fig2,
    fig5,
    figS_outbreaks,
    figS_published,
    figS_rate,
    figS_scaling,
    figS_sentiment,
    figS_spectra,
    figS_training,
    figS_transitions,
    overview,
)
from interplay.figures.style import RC, save
from interplay.storage.tables import read_table
from interplay.tables import comparisons
from interplay.tables.networks import with_decisions
from tests.figures import tables

ROOT = Path(__file__).parents[2]

ADAM = {"optimiser": "adam", "trained": ["W", "B", "C"], "eps": 1e-8, "amsgrad": False}
PUBLISHED = read_table(ROOT / "paper/published.csv")
PUBLISHED_LSTM = read_table(ROOT / "paper/published_lstm.csv")
PUBLISHED_VALUES = read_table(ROOT / "paper/published_lstm_spectrum.csv")
NETWORKS = tables.nonlinear()
LSTMS, CURVES, SPECTRUM, TRUNCATION = tables.lstms()

EXAMPLES = {
    "experiments": tables.EXPERIMENTS, "g": [0.0, 0.9], "seed": 0, "trial_g": 1.2,
    "epochs": dict.fromkeys(tables.TASKS, 30),
}  # fmt: skip
READINGS = {
    task: {"identified": task, "stated": tables.STATED[task]} for task in tables.TASKS
}


def in_three_ways(networks):
    """Return networks of each task trained in three ways, and their parameters."""
    ways = {"": ADAM, "_W": {**ADAM, "trained": ["W"]}}
    ways["_descent"] = {**ADAM, "optimiser": "gradient_descent"}
    parameters = {
        f"{task}{suffix}": way for task in tables.TASKS for suffix, way in ways.items()
    }
    rows = tables.nonlinear(parameters)
    descent = rows.experiment.str.endswith("descent")
    rows.loc[descent, "converged"] = False
    rows.loc[descent, ["convergence_epoch", "functional_rank"]] = np.nan
    return comparisons.training(with_decisions(rows, 25), parameters)


TRAINING = in_three_ways(NETWORKS)
WAYS = {
    task: {"Adam": task, "W alone": f"{task}_W", "gradient descent": f"{task}_descent"}
    for task in tables.TASKS
}
SCALING = comparisons.scaling(
    pd.concat([NETWORKS, tables.nonlinear(["mante_small"]).assign(N=8)]),
    {name: {} for name in (*tables.TASKS, "mante_small")},
)
OUTBREAKS = comparisons.outbreaks(
    NETWORKS,
    {
        "mante": {**ADAM, "learning_rate": 0.03},
        "mante_stated": {**ADAM, "amsgrad": True, "learning_rate": 0.05},
    },
)
RATE = comparisons.rate(
    NETWORKS,
    {"mante": {"learning_rate": 0.03}, "mante_stated": {"learning_rate": 0.05}},
    PUBLISHED,
)

# module, tables by argument with the name of each table's file, options
FIGURES = {
    "fig1": (
        fig1,
        {
            "trials": ("nonlinear_trials.parquet", tables.trials()),
            "losses": ("nonlinear_loss.parquet", tables.losses()),
            "spectrum": ("nonlinear_spectrum.parquet", tables.spectrum()),
            "truncation": ("nonlinear_truncation.csv", tables.truncation()),
        },
        EXAMPLES,
    ),
    "fig2": (
        fig2,
        {"networks": ("nonlinear.csv", NETWORKS)},
        {"experiments": tables.EXPERIMENTS},
    ),
    "fig5": (
        fig5,
        {
            "spectrum": ("sentiment_spectrum.parquet", SPECTRUM),
            "truncation": ("sentiment_truncation.csv", TRUNCATION),
            "networks": ("sentiment.csv", LSTMS),
        },
        {"experiment": "lstm"},
    ),
    "figS_sentiment": (
        figS_sentiment,
        {
            "curves": ("sentiment_curves.csv", CURVES),
            "spectrum": ("sentiment_spectrum.parquet", SPECTRUM),
            "published": ("published_lstm.csv", PUBLISHED_LSTM),
            "published_spectrum": ("published_lstm_spectrum.csv", PUBLISHED_VALUES),
        },
        {"experiment": "lstm", "others": []},
    ),
    "figS_published": (
        figS_published,
        {
            "networks": ("nonlinear.csv", NETWORKS),
            "published": ("published.csv", PUBLISHED),
        },
        {"experiments": READINGS},
    ),
    "figS_rate": (figS_rate, {"rate": ("rate.csv", RATE)}, {}),
    "figS_scaling": (figS_scaling, {"scaling": ("scaling.csv", SCALING)}, {}),
    "figS_training": (
        figS_training,
        {
            "training": ("training.csv", TRAINING),
            "losses": ("nonlinear_loss.parquet", tables.losses()),
        },
        {"experiments": WAYS, "g": [0.0, 0.9], "seed": 0},
    ),
    "figS_spectra": (
        figS_spectra,
        {
            "spectrum": ("nonlinear_spectrum.parquet", tables.spectrum()),
            "eigenvalues": ("nonlinear_eigenvalues.parquet", tables.eigenvalues()),
        },
        {"experiments": tables.EXPERIMENTS, "g": tables.G, "seed": 0},
    ),
    "figS_transitions": (
        figS_transitions,
        {"transitions": ("transitions.parquet", tables.transitions())},
        {"experiments": tables.EXPERIMENTS, "g": tables.G[:2]},
    ),
    "figS_outbreaks": (
        figS_outbreaks,
        {
            "outbreaks": ("outbreaks.csv", OUTBREAKS),
            "losses": ("nonlinear_loss.parquet", tables.losses()),
            "networks": ("nonlinear.csv", NETWORKS),
        },
        {
            "readings": [tables.EXPERIMENTS, tables.STATED],
            "names": ["identified", "stated"],
            "threshold": 0.05,
        },
    ),
}


def draw(name):
    module, given, options = FIGURES[name]
    with mpl.rc_context(RC):
        return module.draw(**{key: table for key, (_, table) in given.items()}, **options)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_a_letter_per_panel(name):
    figure = draw(name)
    with mpl.rc_context(RC):
        figure.draw_without_rendering()
    panels = FIGURES[name][0].PANELS
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert sorted(filter(None, titles)) == [f"({letter})" for letter in panels]


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_the_same_each_time(name):
    pictures = []
    for _ in range(2):
        with mpl.rc_context(RC):
            canvas = FigureCanvasAgg(draw(name))
            canvas.draw()
        pictures.append(np.asarray(canvas.buffer_rgba()))
    np.testing.assert_array_equal(*pictures)


@pytest.mark.parametrize("name", FIGURES)
def test_each_panel_selects_rows_with_its_columns(name):
    module, given, options = FIGURES[name]
    by_file = dict(given.values())
    for letter, panel in module.PANELS.items():
        rows = panel.select(by_file[panel.table], **options)
        assert len(rows), (letter, panel)
        assert set(panel.columns) <= set(rows.columns)


def test_a_panel_of_fig1_is_of_one_task_seed_and_the_shown_epochs():
    rows = fig1.PANELS["e"].select(tables.losses(), **EXAMPLES)
    assert set(rows.experiment) == {"mante"}
    assert set(rows.seed) == {0}
    assert set(rows.g) == {0.0, 0.9}
    assert rows.epoch.max() == 29


def test_saving_does_not_move_the_panels_of_fig1(tmp_path):
    figure = draw("fig1")
    before = [ax.get_position().bounds for ax in figure.axes]
    save(figure, tmp_path / "fig1", "fig1", "0" * 64)
    assert [ax.get_position().bounds for ax in figure.axes] == before
    # Rows are of one width.
    assert len({(round(x, 6), round(width, 6)) for x, _, width, _ in before}) == 3


def test_a_network_that_did_not_converge_is_a_cross_on_the_upper_edge():
    figure = draw("figS_training")
    crosses = [line for line in figure.axes[3].lines if line.get_marker() == "x"]
    # A cross per g; x is the position of the way of training.
    assert {round(float(np.mean(cross.get_xdata()))) for cross in crosses} == {2}
    assert len(crosses) == len(tables.G)


def test_dots_of_the_first_seed_are_where_one_more_eigenvalue_exceeds_1():
    figure = draw("figS_transitions")
    for ax in figure.axes[:3]:
        dots = [line for line in ax.lines if line.get_marker() == "o"]
        assert [dot.get_xdata().tolist() for dot in dots] == [[15 / 35, 25 / 35]] * 2


@pytest.mark.parametrize("name", ["figS_scaling", "figS_rate", "figS_training"])
def test_a_comparison_of_networks_that_all_failed_is_drawn(name):
    module, given, options = FIGURES[name]
    emptied = {
        key: table.assign(settled=False, converged=False, counts=False).head(
            0 if name == "figS_rate" else len(table)
        )
        if key in ("scaling", "rate", "training")
        else table
        for key, (_, table) in given.items()
    }
    module.draw(**emptied, **options).draw_without_rendering()


def test_the_overview_has_a_second_row_for_a_grid_of_g():
    of_mante = [
        table[table.experiment == "mante"]
        for table in (NETWORKS, tables.losses(), tables.spectrum(), tables.truncation())
    ]
    figure = overview.draw(*of_mante, title="mante", threshold=0.05)
    assert len(figure.axes) == 7
    few = [table[table.g < 1] for table in of_mante]
    assert len(overview.draw(*few, title="mante", threshold=0.05).axes) == 3


def test_the_rate_is_drawn_for_any_number_of_g():
    g = sorted(PUBLISHED.g.unique())
    rows = [RATE[RATE.g == RATE.g.min()].assign(g=one) for one in g]
    figure = figS_rate.draw(pd.concat(rows, ignore_index=True))
    labels = [text.get_text() for text in figure.legends[0].texts]
    assert [label for label in labels if "g =" in label] == [
        f"$g = {one:g}$" for one in g
    ]


def test_outbreaks_of_no_network_are_said():
    module, given, options = FIGURES["figS_outbreaks"]
    tables_of = {key: table for key, (_, table) in given.items()}
    tables_of["outbreaks"] = OUTBREAKS.iloc[:0]
    with mpl.rc_context(RC):
        figure = module.draw(**tables_of, **options)
        figure.draw_without_rendering()
    said = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert "no network converged early" in said


@pytest.mark.parametrize(("treebank", "shown"), [(fig5.REAL, 4), ("synthetic", 2)])
def test_published_curves_are_shown_on_the_real_treebank_only(treebank, shown):
    module, given, options = FIGURES["figS_sentiment"]
    tables_of = {key: table for key, (_, table) in given.items()}
    tables_of["curves"] = CURVES.assign(treebank=treebank)
    with mpl.rc_context(RC):
        figure = module.draw(**tables_of, **options)
        assert [len(ax.lines) for ax in figure.axes[:2]] == [shown, shown]
        other = CURVES.assign(treebank=treebank, experiment="lstm_stated")
        tables_of["curves"] = pd.concat([tables_of["curves"], other])
        figure = module.draw(**tables_of, **options | {"others": ["lstm_stated"]})
    assert [len(ax.lines) for ax in figure.axes[:2]] == [shown + 2, shown + 2]
