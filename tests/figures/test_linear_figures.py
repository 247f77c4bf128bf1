"""Figures of the linear networks, for any targets and for networks that fail."""

from itertools import product

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay.figures import (
    fig3,
    fig4,
    figS_cosine,
    figS_divergence,
    figS_first_order,
    figS_linear_spectrum,
    figS_second_order,
)
from interplay.figures.linear import target_colours
from interplay.figures.style import RC, save
from interplay.linear.first_order import ABSOLUTE, READOUTS, RELATIVE, SHUFFLED, compare
from interplay.linear.theory import prediction, scalings


@pytest.fixture(autouse=True)
def style():
    with mpl.rc_context(RC):
        yield


def grid(**axes):
    """Return a row for each combination of values of some columns."""
    return pd.MultiIndex.from_product(axes.values(), names=axes).to_frame(index=False)


def networks(tau_star, zhat=(0.5, 2.0)):
    """Return first_order.csv of two seeds at g = 0 and 0.6; tau_star as (zhat, g, seed)."""
    table = grid(zhat=zhat, g=[0.0, 0.6], seed=[0, 1])
    values = np.broadcast_to(tau_star, (len(zhat), 2, 2)).ravel()
    numbers = dict.fromkeys([*RELATIVE, SHUFFLED, *ABSOLUTE, *READOUTS], 0.5)
    numbers |= {"tau_star": values, "mean_gradient_norm": values}
    kinds = [
        table.assign(experiment=experiment, N=16, **numbers)
        for experiment in ("linear", "small_targets")
    ]
    return compare(pd.concat(kinds), 0.05)


def points(axes, marker):
    lines = [line for line in axes.lines if line.get_marker() == marker]
    return [line.get_xydata().tolist() for line in lines]


@settings(deadline=None, max_examples=5)
@given(n=st.integers(1, 6))
def test_fig4_shows_any_number_of_targets(n):
    zhat = [float(i + 1) for i in range(n)]
    with mpl.rc_context(RC):
        figure = fig4.draw(networks(2.0, zhat), scalings([0.0, 0.6]))
    for axes in figure.axes:
        assert len(points(axes, "o")) == n
    assert len(set(target_colours(zhat).values())) == n


@pytest.mark.parametrize(
    ("where", "value", "whole", "partial"),
    [
        # Open circles where some networks converged.
        ((0, 1, 0), np.nan, [[0.0, 1.0]], [[0.6, 1.0]]),
        # Relative to the networks that converged at g = 0.
        ((0, 0), [4.0, np.nan], [[0.6, 0.5]], [[0.0, 1.0]]),
    ],
)
def test_fig4_has_open_circles_where_some_networks_converged(
    where, value, whole, partial
):
    tau_star = np.full((2, 2, 2), 2.0)
    tau_star[where] = value
    first, *_ = fig4.draw(networks(tau_star), scalings([0.0, 0.6])).axes
    assert points(first, "o") == [whole, partial, [[0.0, 1.0], [0.6, 1.0]]]


def test_fig4_has_crosses_where_no_network_converged():
    tau_star = np.full((2, 2, 2), 2.0)
    tau_star[0, 0] = np.nan
    first, second, *_ = fig4.draw(networks(tau_star), scalings([0.0, 0.6])).axes
    assert points(first, "x") == [[[0.0, 1.0], [0.6, 1.0]]]
    assert points(second, "x") == []


SHOWN = {"zhat": [0.5, 2.0], "g": [0.0, 0.6]}


def curves():
    """Return linear_curves of one seed: s1 and s2 grow, s3 to s5 are 0."""
    tau = np.linspace(0, 1, 20)
    learning = pd.DataFrame({"epoch": range(20), "tau": tau, "loss": 1 - tau, "s1": tau})
    learning = learning.assign(gradient_norm=1.0, s2=tau**3, s3=0.0, s4=1e-12, s5=0.0)
    return grid(**SHOWN, seed=[0]).merge(learning, how="cross")


def theory():
    tables = [prediction(zhat, g, 1.0) for zhat, g in product(*SHOWN.values())]
    return pd.concat(tables, ignore_index=True)


def test_spectrum_shows_and_names_only_what_the_axis_can_show():
    figure = figS_linear_spectrum.draw(curves(), theory(), **SHOWN)
    for axes in figure.axes:
        for line in axes.lines:
            assert (line.get_ydata() > figS_linear_spectrum.SMALLEST).all()
        assert [text.get_text() for text in axes.texts] == ["$s_1$", "$s_2$"]


def trials():
    times = pd.DataFrame({"time": [0.0, 1.0], "value": [0.0, 1.0]})
    return grid(**SHOWN, kind=["input", "output"], seed=[0]).merge(times, how="cross")


def test_fig3_names_the_theory_wherever_it_is_drawn():
    figure = fig3.draw(trials(), curves(), theory(), **SHOWN)
    legends = [axes.get_legend() for axes in figure.axes[2:]]
    for legend in legends:
        assert any("theory" in text.get_text() for text in legend.get_texts())


def cosine_tables():
    learning = pd.DataFrame({"epoch": [0, 1], "loss": [1.0, 0.5]})
    learning = learning.assign(eigenvalue_re=1.0, eigenvalue_im=0.0)
    output = pd.DataFrame({"time": [0.0, 1, 2], "scored": [False, True, False]})
    output = output.assign(output=0.0, target=1.0)
    networks = grid(g=[0.0, 0.8], seed=[0, 1])
    return networks.merge(output, how="cross"), networks.merge(learning, how="cross")


def draw_divergence():
    """Draw the curves of two networks, of which the second diverges after one epoch."""
    table = pd.DataFrame(
        {"zhat": 4.0, "g": 0.8, "seed": [0, 0, 0, 1, 1], "epoch": [0, 1, 2, 0, 1]}
    )
    values = {f"lambda{i}": [0.8, 0.9, 0.95, 0.8, 1e6] for i in range(1, 6)}
    table = table.assign(loss=[8.0, 1.0, 0.0, 8.0, 1e200], **values)
    return figS_divergence.draw(table, targets=[4.0], strengths=[0.8])


def second_order_table():
    networks = grid(vectors=["orthogonal", "independent"], zhat=[0.5, 2.0], seed=[0])
    s1 = np.array([0.0, 0.1, 0.2, 0.3])
    learning = pd.DataFrame({"epoch": [0, 10, 20, 30], "tau": s1, "s1": s1})
    learning = learning.assign(eigenvalue=s1**2, predicted=s1**2)
    return networks.merge(learning, how="cross")


def draw_first_order(tau_star):
    """Draw networks of two targets, with and without a readout before training."""
    overlaps = grid(
        experiment=["linear", "small_targets"], zhat=[0.5, 2.0], g=[0.0, 0.6],
        seed=[0, 1], N=[16], side=["left", "right"],
        direction=["eq8", "eq11", "eq11_shuffled", "eq9", "eq7", "eq7_shuffled"],
    ).assign(overlap=0.9, predicted=1.0)  # fmt: skip
    first = overlaps.direction.str.startswith(("eq8", "eq11"))
    overlaps["index"] = 2 - first
    options = {"N": 16, "small": [0.5, 2.0], "g": 0.6, "zhat": [0.5, 2.0]}
    return figS_first_order.draw(networks(tau_star), overlaps, **options)


def test_first_order_is_a_line_at_one_and_the_legend_names_each_target():
    tau_star = np.full((2, 2, 2), 2.0)
    tau_star[0, 1] = np.nan
    figure = draw_first_order(tau_star)
    for axes in figure.axes[:6]:
        assert any(set(line.get_ydata()) == {1} for line in axes.lines)
    # tau* relative to g = 0 is 1, first order is (1 - 0.6²)².
    for line in points(figure.axes[0], "o")[1:]:
        assert line == [[0.0, 1.0], [0.6, pytest.approx(1 / 0.64**2)]]
    assert len(points(figure.axes[0], "x")) == 2
    targets, _ = figure.legends
    assert len(targets.get_texts()) == 4


@pytest.mark.parametrize(
    "draw",
    [
        lambda: draw_first_order(np.nan),
        lambda: figS_cosine.draw(
            *cosine_tables(), strengths=(0.0, 0.8), period=5, dt=0.1
        ),
        draw_divergence,
        lambda: figS_second_order.draw(second_order_table()),
    ],
)
def test_supplement_is_drawn_whatever_networks_do(draw, tmp_path):
    figure = draw()
    save(figure, tmp_path / "figure", "figure", "0" * 64)
    letters = [axes.get_title("left") for axes in figure.axes]
    assert letters == [f"({chr(ord('a') + i)})" for i in range(len(letters))]


def test_a_network_that_diverges_ends_in_a_cross_inside_the_axes():
    for axes in draw_divergence().axes:
        (cross,) = (line for line in axes.lines if line.get_marker() == "x")
        (epoch,), (height,) = cross.get_data()
        low, high = axes.get_ylim()
        assert epoch == 1
        assert low < height <= high


def test_a_diverging_network_does_not_stretch_the_axis_of_eigenvalues():
    _, values = draw_divergence().axes
    low, high = values.get_ylim()
    assert low < 0.8 < 1 < high < 2
