"""Figures: the rows that panels show, and networks that did not converge or settle."""

from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from interplay.figures import (
    field,
    fig1,
    fig2,
    fig5,
    figS_channels,
    figS_directions,
    figS_outbreaks,
    figS_published,
    figS_rate,
    figS_scaling,
    figS_sentiment,
    figS_spectra,
    figS_training,
    figS_transitions,
    figS_weak,
    overview,
)
from interplay.figures.style import RC, save
from interplay.figures.trials import draw_channels, stack_channels
from interplay.storage.tables import read_table
from interplay.tables import comparisons, flipflops, outbreaks, rates
from interplay.tables.networks import with_decisions
from tests.figures import tables

ROOT = Path(__file__).parents[2]

ADAM = {
    "optimiser": "adam", "trained": ["W", "B", "C"], "eps": 1e-8, "amsgrad": False,
    "beta2": 0.999, "clip": None,
}  # fmt: skip
PUBLISHED = read_table(ROOT / "paper/published.csv")
NETWORKS = tables.nonlinear()
TRIALS = tables.trials()
LSTMS, CURVES, SPECTRUM, TRUNCATION = tables.lstms()

EXAMPLES = {
    "experiments": tables.EXPERIMENTS, "g": [0.0, 0.9], "seed": 0, "trial_g": 1.2,
    "epochs": dict.fromkeys(tables.TASKS, 30),
}  # fmt: skip
READINGS = {
    task: {"identified": task, "stated": tables.STATED[task]} for task in tables.TASKS
}


WAYS = {
    task: {"Adam": task, "W alone": f"{task}_W", "gradient descent": f"{task}_descent"}
    for task in tables.TASKS
}


def in_three_ways():
    """Return networks of each task trained in three ways, none of which by descent learnt."""
    changes = {
        "W alone": {"trained": ["W"]},
        "gradient descent": {"optimiser": "gradient_descent"},
    }
    parameters = {
        name: ADAM | changes.get(way, {})
        for ways in WAYS.values()
        for way, name in ways.items()
    }
    rows = tables.nonlinear(parameters)
    descent = rows.experiment.str.endswith("descent")
    rows.loc[descent, "converged"] = False
    rows.loc[descent, ["convergence_epoch", "functional_rank"]] = np.nan
    return comparisons.training(with_decisions(rows, 25), parameters)


TRAINING = in_three_ways()
SCALING = comparisons.scaling(
    pd.concat([NETWORKS, tables.nonlinear(["mante_small"]).assign(N=8)]),
    {name: {} for name in (*tables.TASKS, "mante_small")},
    tables.eigenvalues(),
)
CHANNELS = flipflops.channels(
    tables.nonlinear([*tables.CHANNELS, "flipflop"]),
    {
        name: {"options": {"hold": hold, "channels": number}}
        for (name, number), hold in zip(
            [*tables.CHANNELS.items(), ("flipflop", 2)],
            ["per_channel", "per_channel", "last_pulse"],
            strict=True,
        )
    },
)
OUTBREAKS = outbreaks.outbreaks(
    NETWORKS,
    {
        **{task: {**ADAM, "learning_rate": 0.03} for task in tables.TASKS},
        **{
            name: {**ADAM, "amsgrad": True, "learning_rate": 0.05}
            for name in tables.STATED.values()
        },
    },
    tables.losses(),
    0.05,
)
INTERVENTIONS, INTERVENTION_TRIALS, INTERVENTION_LOSSES = tables.interventions()
RATES = {"mante": {"learning_rate": 0.03}, "mante_stated": {"learning_rate": 0.05}}
RATE = comparisons.rate(NETWORKS, RATES, PUBLISHED)
AUTHORS = read_table(ROOT / "paper/authors_code.csv")
OF_READINGS = {"rates": {"identified": 0.03, "stated": 0.05}}

TABLES = {
    "field.csv": tables.field(),
    "nonlinear.csv": NETWORKS,
    "nonlinear_trials.parquet": tables.trials(),
    "nonlinear_loss.parquet": tables.losses(),
    "nonlinear_spectrum.parquet": tables.spectrum(),
    "nonlinear_eigenvalues.parquet": tables.eigenvalues(),
    "nonlinear_truncation.csv": tables.truncation(),
    "transitions.parquet": tables.transitions(),
    "plateaus.csv": tables.plateaus(),
    "nonlinear_alignment.parquet": tables.alignment(),
    "weak.csv": comparisons.weak(NETWORKS, {task: {} for task in tables.TASKS}),
    "channels.csv": CHANNELS,
    "nonlinear_directions.parquet": tables.directions(),
    "nonlinear_gain.csv": tables.gain(),
    "sentiment.csv": LSTMS,
    "sentiment_curves.csv": CURVES,
    "sentiment_spectrum.parquet": SPECTRUM,
    "sentiment_truncation.csv": TRUNCATION,
    "published.csv": PUBLISHED,
    "published_lstm.csv": read_table(ROOT / "paper/published_lstm.csv"),
    "published_lstm_spectrum.csv": read_table(ROOT / "paper/published_lstm_spectrum.csv"),
    "rate.csv": RATE,
    "rate_authors.csv": rates.authors_points(AUTHORS, PUBLISHED),
    "rate_interpolated.csv": rates.interpolated_rates(
        NETWORKS, RATES, AUTHORS, PUBLISHED
    ),
    "published_twice.csv": rates.shown_twice(NETWORKS, RATES, PUBLISHED),
    "scaling.csv": SCALING,
    "training.csv": TRAINING,
    "outbreaks.csv": OUTBREAKS,
    "interventions.csv": INTERVENTIONS,
    "intervention_trials.parquet": INTERVENTION_TRIALS,
    "intervention_losses.parquet": INTERVENTION_LOSSES,
}

# Each figure's files, in the order of the arguments of `draw`, and its options.
FIGURES = {
    field: ("field.csv", {}),
    fig1: (
        "nonlinear_trials.parquet nonlinear_loss.parquet nonlinear_spectrum.parquet "
        "nonlinear_truncation.csv",
        EXAMPLES,
    ),
    fig2: ("nonlinear.csv", {"experiments": tables.EXPERIMENTS}),
    fig5: (
        "sentiment_spectrum.parquet sentiment_truncation.csv sentiment.csv",
        {"experiment": "lstm"},
    ),
    figS_sentiment: (
        "sentiment_curves.csv sentiment_truncation.csv "
        "sentiment_spectrum.parquet published_lstm.csv published_lstm_spectrum.csv",
        {"experiment": "lstm", "others": {}},
    ),
    figS_published: ("nonlinear.csv published.csv", {"experiments": READINGS}),
    figS_rate: ("rate.csv rate_authors.csv rate_interpolated.csv", OF_READINGS),
    figS_scaling: ("scaling.csv published_twice.csv published.csv", OF_READINGS),
    figS_training: (
        "training.csv nonlinear_loss.parquet",
        {"experiments": WAYS, "g": [0.0, 0.9], "seed": 0},
    ),
    figS_spectra: (
        "nonlinear_spectrum.parquet nonlinear_eigenvalues.parquet",
        {"experiments": tables.EXPERIMENTS, "g": tables.G, "seed": 0},
    ),
    figS_transitions: (
        "transitions.parquet plateaus.csv",
        {
            "experiments": tables.EXPERIMENTS,
            "g": tables.G[:2],
            "seed": 0,
            "readings": {
                "identified": list(tables.TASKS),
                "stated": list(tables.STATED.values()),
            },
        },
    ),
    figS_weak: ("weak.csv published.csv", {}),
    figS_channels: (
        "channels.csv nonlinear_spectrum.parquet nonlinear_alignment.parquet",
        {
            "members": list(tables.CHANNELS),
            "largest": list(tables.CHANNELS)[-1],
            "weakest": 0.0,
            "g": tables.G,
        },
    ),
    figS_directions: (
        "nonlinear_directions.parquet nonlinear_gain.csv",
        {
            "experiments": tables.EXPERIMENTS,
            "example": 0.9,
            "powers": 2,
            "g": tables.G,
            "threshold": 0.05,
        },
    ),
    figS_outbreaks: (
        "interventions.csv intervention_trials.parquet intervention_losses.parquet "
        "outbreaks.csv",
        {
            "readings": [tables.EXPERIMENTS, tables.STATED],
            "names": ["identified", "stated"],
            "varied": ["mante", "romo"],
        },
    ),
}


def draw(module, changed=(), **changed_options):
    """Draw a figure from the small tables, some of which may be changed."""
    files, options = FIGURES[module]
    given = {**TABLES, **dict(changed)}
    with mpl.rc_context(RC):
        return module.draw(
            *(given[file] for file in files.split()), **options | changed_options
        )


@pytest.mark.parametrize("module", FIGURES, ids=lambda module: module.__name__)
def test_a_figure_has_a_letter_per_panel_and_is_the_same_each_time(module):
    pictures = []
    for _ in range(2):
        figure = draw(module)
        canvas = FigureCanvasAgg(figure)
        with mpl.rc_context(RC):
            canvas.draw()
        pictures.append(np.asarray(canvas.buffer_rgba()))
        titles = [ax.get_title(loc="left") for ax in figure.axes]
        assert sorted(filter(None, titles)) == [f"({letter})" for letter in module.PANELS]
    np.testing.assert_array_equal(*pictures)


@pytest.mark.parametrize("module", FIGURES, ids=lambda module: module.__name__)
def test_each_panel_selects_rows_with_its_columns(module):
    for letter, panel in module.PANELS.items():
        rows = panel.select(TABLES[panel.table], **FIGURES[module][1])
        assert len(rows), (letter, panel)
        assert set(panel.columns) <= set(rows.columns)


def test_a_panel_of_fig1_is_of_one_task_seed_and_the_shown_epochs():
    rows = fig1.PANELS["e"].select(tables.losses(), **EXAMPLES)
    assert set(rows.experiment) == {"mante"}
    assert set(rows.seed) == {0}
    assert set(rows.g) == {0.0, 0.9}
    assert rows.epoch.max() == 29


def test_tasks_of_which_no_network_settled_are_crosses():
    figure = draw(field)
    ranks = figure.axes[1]
    (cross,) = (line for line in ranks.lines if line.get_marker() == "x")
    assert round(cross.get_ydata()[0]) == 3, "tasks are in the order of their dimension"
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == [
        "flipflop  1", "mante  2", "romo  3"
    ]  # fmt: skip
    # At the two g > 0 against g = 0: romo has nothing there.
    assert len([x for x in figure.axes[5].lines if x.get_marker() == "o"]) == 4
    lost = TABLES["field.csv"].assign(settled=False, complete=False)
    with mpl.rc_context(RC):
        draw(field, {"field.csv": lost}).draw_without_rendering()


def test_channels_of_a_trial_do_not_touch():
    ax = Figure().subplots()
    wild = tables.trials().query("experiment == 'mante' and kind == 'output' and g == 0")
    wild = pd.concat([wild, wild.assign(channel=2, value=0.0)])
    wild = wild[wild.seed == 0]
    offsets = stack_channels(ax, wild, "z")
    draw_channels(ax, wild, offsets)
    ranges = [(line.get_ydata().min(), line.get_ydata().max()) for line in ax.lines]
    assert list(offsets) == [0, 1, 2]
    for above, below in pairwise(ranges):
        assert above[0] > below[1]


def test_saving_does_not_move_the_panels_of_fig1(tmp_path):
    figure = draw(fig1)
    before = [ax.get_position().bounds for ax in figure.axes]
    save(figure, tmp_path / "fig1", "fig1", "0" * 64)
    assert [ax.get_position().bounds for ax in figure.axes] == before
    # Rows are of one width.
    assert len({(round(x, 6), round(width, 6)) for x, _, width, _ in before}) == 3


def test_a_network_that_did_not_converge_is_a_cross_on_the_upper_edge():
    figure = draw(figS_training)
    crosses = [line for line in figure.axes[3].lines if line.get_marker() == "x"]
    # A cross per g; x is the position of the way of training.
    assert {round(float(np.mean(cross.get_xdata()))) for cross in crosses} == {2}
    assert len(crosses) == len(tables.G)


def test_the_ends_of_plateaus_and_the_eigenvalues_are_those_of_the_table():
    figure = draw(figS_transitions)
    losses, leading, pairs = np.array(figure.axes).reshape(3, 3)
    assert [text.get_text() for text in pairs[0].texts] == ["no plateau"]
    for ax in (losses[1], leading[1]):
        marks = [line for line in ax.lines if line.get_marker() == "v"]
        assert [mark.get_xdata()[0] for mark in marks] == [15 / 35] * 2
    for ax in pairs[1:]:
        points = [line for line in ax.lines if line.get_marker() in "os"]
        assert [list(one.get_xdata()) for one in points] == [[14, 15]] * 2
        assert [list(one.get_ydata()) for one in points] == [[15, 15]] * 2


def test_shares_and_losses_are_drawn_with_w0_and_with_its_entries_shuffled():
    figure = draw(figS_directions)
    by_power, by_g, losses = figure.axes[0], figure.axes[3], figure.axes[6]
    drawn = [line.get_ydata().tolist() for line in by_power.lines]
    assert drawn.count([0.1, 0.2, 0.3]) == 2, "left and right, with W0"
    assert drawn.count([0.05, 0.1, 0.15]) == 4
    assert [line.get_ydata().tolist() for line in by_g.lines].count([0.3] * 3) == 4
    drawn = [list(line.get_ydata()) for line in losses.lines]
    assert drawn.count([1.01, 0.0725]) == drawn.count([0.01, 0.01]) == 3
    empty = {name: TABLES[name].iloc[:0] for name in FIGURES[figS_directions][0].split()}
    assert draw(figS_directions, empty).axes


def test_a_comparison_of_networks_that_all_failed_is_drawn():
    lost = {"settled": False, "converged": False, "counts": False}
    for figure in (
        draw(figS_scaling, {"scaling.csv": SCALING.assign(**lost)}),
        draw(figS_training, {"training.csv": TRAINING.assign(**lost)}),
        draw(
            figS_rate,
            {
                name: TABLES[name].head(0)
                for name in ("rate.csv", "rate_authors.csv", "rate_interpolated.csv")
            },
        ),
    ):
        figure.draw_without_rendering()


@settings(max_examples=8, deadline=None)
@example(n_g=1, channels=1, unsettled=set(range(24)), diverged=True)
@given(
    n_g=st.integers(1, 12),
    channels=st.sampled_from([1, 2, 10]),
    unsettled=st.sets(st.integers(0, 23)),
    diverged=st.booleans(),
)
def test_the_overview_shows_the_task_and_every_g(n_g, channels, unsettled, diverged):
    def on_the_grid(table):
        rows = table[(table.experiment == "mante") & (table.g == 0)]
        return pd.concat([rows.assign(g=0.2 * n) for n in range(n_g)], ignore_index=True)

    trials = on_the_grid(TRIALS)
    trials = pd.concat(
        [trials[trials.channel == 0].assign(channel=n) for n in range(channels)]
    )
    networks, losses = on_the_grid(NETWORKS), on_the_grid(tables.losses())
    networks["settled"] = ~networks.index.isin(unsettled)
    if diverged:
        losses.loc[(losses.epoch > 3) & (losses.g == 0), "loss"] = np.inf
        trials.loc[(trials.kind == "output") & (trials.g == 0), "value"] = np.nan
    figure = overview.draw(
        networks, losses, on_the_grid(tables.spectrum()), on_the_grid(tables.truncation()),
        trials, title="mante", threshold=0.05,
    )  # fmt: skip
    figure.draw_without_rendering()
    assert [ax.get_gid() for ax in figure.axes] == [f"panel-{x}" for x in "abcdefghi"]
    inputs, outputs, *learning = figure.axes[:5]
    assert len(inputs.get_yticks()) == channels
    assert len(inputs.collections) == 0
    assert len(outputs.collections) == channels  # a shade where the target counts
    assert len([x for x in outputs.lines if x.get_lw() == 0.8]) == n_g * channels
    for ax in learning:
        assert len([x for x in ax.lines if len(set(x.get_xdata())) > 2]) == n_g
    lost = set(networks.g) - set(networks[networks.settled].g)
    for ax in figure.axes[5:]:
        crosses = [x.get_xdata()[0] for x in ax.lines if x.get_marker() == "x"]
        assert set(crosses) == lost
        low, high = ax.get_xlim()
        assert low < networks.g.min()
        assert high > networks.g.max()
    labels = [text.get_text() for text in figure.subfigs[0].legends[0].texts]
    assert [label for label in labels if "g =" in label] == [
        f"$g = {0.2 * n:g}$" for n in range(n_g)
    ]
    assert f"settled: {networks.settled.sum()}" in figure.get_suptitle()


def test_the_rate_is_drawn_for_any_number_of_g():
    g = sorted(PUBLISHED.g.unique())
    rows = [RATE[RATE.g == RATE.g.min()].assign(g=one) for one in g]
    figure = draw(figS_rate, {"rate.csv": pd.concat(rows, ignore_index=True)})
    labels = [text.get_text() for text in figure.subfigs[0].legends[0].texts]
    # The authors' model was also run at g = 1.5.
    assert [label for label in labels if "g =" in label] == [
        f"$g = {one:g}$" for one in g
    ]


def test_outbreaks_of_no_network_are_said():
    files = FIGURES[figS_outbreaks][0].split()
    figure = draw(figS_outbreaks, {file: TABLES[file].iloc[:0] for file in files})
    with mpl.rc_context(RC):
        figure.draw_without_rendering()
    said = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert said.count(figS_outbreaks.NONE) == 3
    assert "no network" in said


@pytest.mark.parametrize(("treebank", "shown"), [(fig5.REAL, 4), ("synthetic", 2)])
def test_published_curves_are_shown_on_the_real_treebank_only(treebank, shown):
    curves = CURVES.assign(treebank=treebank)
    figure = draw(figS_sentiment, {"sentiment_curves.csv": curves})
    assert [len(ax.lines) for ax in figure.axes[:2]] == [shown, shown]
    both = pd.concat([curves, curves.assign(experiment="lstm_stated")])
    others = {"others": {"lstm_stated": 0.01}}
    figure = draw(figS_sentiment, {"sentiment_curves.csv": both}, **others)
    assert [len(ax.lines) for ax in figure.axes[:2]] == [shown + 2, shown + 2]
    labels = [text.get_text() for one in figure.subfigs[0].legends for text in one.texts]
    assert "rate 0.01 / N" in labels


def test_published_values_are_inside_the_axes_where_ours_are_lower():
    real = {
        "sentiment_curves.csv": CURVES.assign(treebank=fig5.REAL),
        "sentiment_spectrum.parquet": SPECTRUM.assign(treebank=fig5.REAL),
    }
    for ax in draw(figS_sentiment, real).axes[3:]:
        highest = max(
            line.get_ydata().max() for line in ax.lines if len(line.get_ydata())
        )
        assert highest > SPECTRUM.value.max()
        assert ax.get_ylim()[1] > highest


def test_a_loss_that_grows_at_another_rate_does_not_stretch_the_axis():
    grown = CURVES.assign(experiment="fast", dev_loss=100.0)
    curves = pd.concat([CURVES, grown], ignore_index=True)
    figure = draw(figS_sentiment, {"sentiment_curves.csv": curves}, others={"fast": 0.01})
    assert figure.axes[0].get_ylim() == (0, 2 * CURVES.dev_loss.max())
