"""The learning rate of the published figures, from networks with a known rate."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay.storage.tables import read_table
from interplay.tables.comparisons import RATE
from interplay.tables.networks import with_decisions
from interplay.tables.rates import authors_points, interpolated_rates, shown_twice

ROOT = Path(__file__).parents[2]
PUBLISHED = pd.DataFrame(
    [
        ("Fig. 2(a)", "convergence_epoch", 0.0, 100.0, 10.0, ""),
        ("Fig. 2(a)", "convergence_epoch", 0.9, 40.0, 8.0, ""),
        ("Fig. 2(a)", "convergence_epoch", 1.8, 500.0, np.nan, "above"),
        ("Fig. 2(b)", "norm_dW", 0.0, 2.0, 0.3, ""),
        ("Fig. 2(b)", "norm_dW", 0.9, 1.0, 0.4, ""),
        ("Fig. S1", "norm_dW", 0.0, 3.0, 0.4, ""),
        ("Fig. S1", "norm_dW", 0.9, 1.9, 0.3, ""),
    ],
    columns=["figure", "quantity", "g", "value", "reading_error", "bound"],
).assign(task="mante", N=256)
VALUES = PUBLISHED[PUBLISHED.figure != "Fig. S1"].pivot_table("value", "g", "quantity")
SLOPES = {"convergence_epoch": -0.8, "norm_dW": 0.3}
"""powers of the rate that measured values grow with"""
NOBODY = pd.DataFrame(
    columns=["task", "g", "learning_rate", "seed", RATE[0]], dtype=float
)


def at_rates(rates, true_rate, seeds=(0, 1)):
    """Return networks that have the published values at the true rate, and parameters."""
    parts = []
    for rate in rates:
        for seed in seeds:
            scaled = {
                name: VALUES[name] * (rate / true_rate) ** power
                for name, power in SLOPES.items()
            }
            parts.append(VALUES.assign(**scaled, learning_rate=rate, seed=seed))
    rows = pd.concat(parts).reset_index()
    rows = rows.assign(
        experiment="rate" + rows.learning_rate.astype(str), task="mante", N=256,
        epochs=1000, initial_loss=1.0, final_loss=0.01, converged=True, diverged=False,
        functional_rank=2.0, functional_rank_rank0=2.0, shuffle_loss_ratio=1.0,
        norm_W0=1.0, norm_W=1.0, outbreak_share=0.0,
    )  # fmt: skip
    parameters = {f"rate{rate}": {"learning_rate": rate} for rate in rates}
    return with_decisions(rows.drop(columns="learning_rate"), 25), parameters


def interpolated(networks, parameters, authors=NOBODY):
    return interpolated_rates(networks, parameters, authors, PUBLISHED)


@settings(max_examples=20, deadline=None)
@given(true=st.floats(0.005, 0.2), others=st.sets(st.floats(0.01, 0.1), min_size=2))
def test_the_true_rate_is_found_with_the_errors_of_reading(true, others):
    rates = sorted({round(rate, 3) for rate in others} | {0.01, 0.1})
    table = interpolated(*at_rates(rates, true)).set_index("quantity")
    assert table.rates.unique().tolist() == [len(rates)]
    np.testing.assert_allclose(table.interpolated_rate, true, rtol=1e-6)
    np.testing.assert_allclose(table.standard_error, 0, atol=1e-6)
    # An error of the mean of two logarithms, over the slope of the line.
    for name, relative in {
        "convergence_epoch": (0.1, 0.2),
        "norm_dW": (0.15, 0.4),
    }.items():
        error = true * np.hypot(*relative) / 2 / abs(SLOPES[name])
        assert table.reading_error[name] == pytest.approx(error)
    if not np.isclose(true, [0.01, 0.1]).any():
        assert (table.extrapolated == (not 0.01 < true < 0.1)).all()


def test_the_seeds_error_is_the_jackknifes():
    networks, parameters = at_rates([0.02, 0.05], 0.03)
    networks.loc[networks.seed == 1, "norm_dW"] *= 1.2
    table = interpolated(networks, parameters).set_index("quantity")
    # Of two estimates, half of their difference: the second seed is 1.2 times as large.
    lower = 0.03 * 1.2 ** (-1 / SLOPES["norm_dW"])
    assert table.standard_error["norm_dW"] == pytest.approx((0.03 - lower) / 2)
    assert table.standard_error["convergence_epoch"] == pytest.approx(0, abs=1e-9)


def test_a_line_rests_on_the_networks_that_all_its_rates_have():
    networks, parameters = at_rates([0.02, 0.03, 0.05], 0.04)
    # Wrong values, at a seed that another rate lacks, or of networks that did not converge.
    wrong = networks[(networks.seed == 0) & (networks.experiment != "rate0.02")].assign(
        seed=7, norm_dW=99.0, convergence_epoch=99.0
    )
    lost = (networks.experiment == "rate0.05") & (networks.g == 0.9)
    networks.loc[lost, "norm_dW"] = 99.0
    networks.loc[lost, ["converged", "learned_epoch"]] = False, None
    table = interpolated(pd.concat([networks, wrong]), parameters)
    of_all, of_most = (table[table.rates == number] for number in (3, 2))
    np.testing.assert_allclose(of_all.interpolated_rate, 0.04)
    assert of_all.points.tolist() == [1, 1]
    # The two rates with the most networks have a line of their own, with the seed 7.
    assert len(of_most) == 2
    assert not np.isclose(of_most.interpolated_rate, 0.04).any()
    assert interpolated(*at_rates([0.03], 0.03)).empty


def test_the_authors_model_has_its_own_rows():
    networks, _ = at_rates([0.03, 0.05], 0.025)
    epochs = networks.assign(learning_rate=networks.experiment.str[4:].astype(float))
    authors = epochs[NOBODY.columns]
    table = interpolated(*at_rates([0.02, 0.05], 0.04), authors)
    own = table[table.code == "authors"]
    assert own["quantity"].tolist() == ["convergence_epoch"]
    assert own.interpolated_rate.tolist() == pytest.approx([0.025])
    assert own.extrapolated.all()
    # At g = 1.8, only a bound is published.
    points = authors_points(authors, PUBLISHED)
    assert len(points) == len(authors[authors.g < 1])


def test_two_published_values_differ_beyond_two_errors():
    networks, parameters = at_rates([0.03, 0.05], 0.03)
    table = shown_twice(networks, parameters, PUBLISHED)
    # 3.0 - 2.0 with an error of 0.5, and 1.9 - 1.0 with an error of 0.5.
    assert table.reading_error.unique().tolist() == pytest.approx([0.5])
    assert not table.differs.any()
    closer = PUBLISHED.assign(reading_error=0.9 * PUBLISHED.reading_error)
    table = shown_twice(networks, parameters, closer)
    assert table.groupby("g").differs.unique().str[0].to_dict() == {0.0: True, 0.9: False}
    at_003 = table[table.learning_rate == 0.03]
    assert at_003.measured.tolist() == pytest.approx([2.0, 1.0])
    small = shown_twice(networks.assign(N=128), parameters, closer)
    assert small.measured.isna().all()


def test_the_published_norms_of_romo_contradict_each_other():
    published = read_table(ROOT / "paper/published.csv")
    networks, parameters = at_rates([0.03], 0.03)
    table = shown_twice(networks, parameters, published)
    differs = table[table.differs]
    assert set(zip(differs.role, differs["quantity"], differs.g, strict=True)) == {
        ("romo", "norm_dW", 0.0), ("romo", "norm_dW", 0.9),
    }  # fmt: skip
