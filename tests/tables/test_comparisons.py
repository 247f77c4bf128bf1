"""Comparisons of the supplement, on tables with known answers."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interplay.claims.quantities.comparisons import (
    farther_from_published,
    rate_excess,
    size_power,
    sure_change,
)
from interplay.storage.tables import read_table
from interplay.tables import comparisons, flipflops, outbreaks
from interplay.tables.networks import with_decisions
from interplay.tables.published import of_figure_2, without_a_seed
from interplay.tables.readings import in_reading
from interplay.tasks.flipflop import FlipFlop

ROOT = Path(__file__).parents[2]

ADAM = {
    "optimiser": "adam", "trained": ["W", "B", "C"], "eps": 1e-8, "amsgrad": False,
    "beta2": 0.999, "clip": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def published():
    return of_figure_2(read_table(ROOT / "paper/published.csv"))


def networks(experiment, task="flipflop", g=(0.0, 0.9), seeds=(0, 1), **columns):
    """Return rows of nonlinear.csv: networks that all settled alike."""
    index = pd.MultiIndex.from_product([g, seeds], names=["g", "seed"])
    rows = pd.DataFrame(index=index).reset_index()
    usual = {
        "N": 256, "epochs": 1000, "convergence_epoch": 100.0, "norm_W0": 16 * rows.g,
        "norm_W": 16.0, "norm_dW": 2.0, "functional_rank": 2.0, "shuffle_loss_ratio": 1.0,
        "outbreaks": 0, "lasting_outbreaks": 0, "outbreak_share": 0.0,
        "learned_early": True, "converged": True, "diverged": False, "initial_loss": 1.0,
        "final_loss": 0.01,
    }  # fmt: skip
    return rows.assign(experiment=experiment, task=task, **usual | columns)


EIGENVALUES = pd.DataFrame(
    [
        ("small", 0.9, 1, "W0", 0.6, -0.8),
        ("small", 0.9, 1, "W0", 0.9, 0.0),
        ("small", 0.9, 1, "W", -1.3, 0.0),
        ("small", 0.9, 1, "dW", 2.0, 0.0),
        ("elsewhere", 0.9, 1, "W", 5.0, 0.0),
    ],
    columns=["experiment", "g", "seed", "matrix", "real", "imaginary"],
)


def compare(name, table, *arguments):
    """Return a comparison of networks."""
    modules = (flipflops, outbreaks, comparisons)
    module = next(one for one in modules if hasattr(one, name))
    return getattr(module, name)(with_decisions(table, 25), *arguments)


def test_the_scaling_counts_a_point_if_three_of_five_settled():
    seeds = range(5)
    table = networks("small", N=64, g=[0.9], seeds=seeds)
    large = networks("large", N=128, g=[0.9], seeds=seeds)
    large.loc[:2, ["converged", "functional_rank", "convergence_epoch"]] = (
        False,
        None,
        None,
    )
    sizes = {"small": {}, "large": {}}
    scaling = compare("scaling", pd.concat([large, table]), sizes, EIGENVALUES)
    assert scaling.experiment.unique().tolist() == ["small", "large"]
    assert scaling[scaling.counts].experiment.unique().tolist() == ["small"]
    large.loc[2, ["converged", "functional_rank", "convergence_epoch"]] = True, 2.0, 90.0
    scaling = compare("scaling", pd.concat([large, table]), sizes, EIGENVALUES)
    assert scaling.counts.all()


def test_the_scaling_has_the_largest_modulus_of_each_networks_eigenvalues():
    table = networks("small", N=64, seeds=[0, 1])
    scaling = compare("scaling", table, {"small": {}}, EIGENVALUES)
    known = scaling[(scaling.g == 0.9) & (scaling.seed == 1)].iloc[0]
    assert (known.spectral_radius_W0, known.spectral_radius_W) == (1.0, 1.3)
    others = scaling.drop(known.name)
    assert len(others) == 3 and others[comparisons.RADII].isna().all(axis=None)


def test_quantities_of_scaling():
    rows = pd.DataFrame({"N": [512, 64, 256, 128], "x": [8.0, 1.0, 4.0, 2.0]})
    assert size_power(rows, "x") == pytest.approx(1)


def sizes(small, large):
    rows = [{"N": 256, "x": x} for x in small] + [{"N": 512, "x": x} for x in large]
    return pd.DataFrame(rows)


def test_a_change_with_n_counts_as_far_as_the_spread_does_not_explain_it():
    def change(small, large):
        return sure_change(sizes(small, large), "x", smaller=256, larger=512)

    assert change([1.0, 1.0, 1.0], [1.5, 1.5]) == pytest.approx(0.5)
    assert change([1.0, 1.0], [0.7, 0.7]) == pytest.approx(0.3)
    assert change([0.5, 1.0, 1.5], [0.8, 1.2, 1.9]) == 0
    error = 1.5 * np.std([1.4, 1.6], ddof=1) / np.sqrt(2) / 1.5
    assert change([1.0, 1.0], [1.4, 1.6]) == pytest.approx(0.5 - 2 * error)
    assert math.isnan(change([1.0, 1.0], [1.5]))
    assert math.isnan(change([1.0, None], [1.5, 1.5]))


def test_ways_of_training_are_compared_with_adam_on_the_same_g_and_seed():
    parameters = {
        "all": ADAM,
        "W": {**ADAM, "trained": ["W"]},
        "descent": {**ADAM, "optimiser": "gradient_descent"},
    }
    table = pd.concat(
        [
            networks("all", g=[0.0, 0.3]),
            networks("W", g=[0.0], convergence_epoch=250.0, norm_dW=3.0),
            networks("descent", g=[0.0], epochs=3000),
        ]
    )
    failed = table.experiment == "descent"
    table.loc[failed, ["convergence_epoch", "functional_rank"]] = None
    table.loc[failed, "converged"] = False
    training = compare("training", table, parameters)
    assert training.groupby("training").epochs_ratio.unique().str[0].to_dict() == {
        "Adam": 1, "W alone": 2.5, "gradient descent": 30,
    }  # fmt: skip
    table.loc[failed, "diverged"] = True
    ratios = compare("training", table, parameters).set_index("training").epochs_ratio
    assert np.isinf(ratios["gradient descent"]).all()
    assert training.g.unique().tolist() == [0.0]
    assert training[training.training == "W alone"].norm_ratio.tolist() == [1.5, 1.5]


def test_networks_that_learned_early_are_counted_by_experiment_and_g():
    parameters = {
        "usual": {**ADAM, "learning_rate": 0.03},
        "largest": {**ADAM, "learning_rate": 0.03, "amsgrad": True},
        "eps": {**ADAM, "learning_rate": 0.05, "eps": 1e-6, "clip": 0.1},
    }
    table = pd.concat(
        [
            networks("usual", seeds=range(4)),
            networks("largest"),
            networks("eps", g=[0.9]),
        ],
        ignore_index=True,
    )
    usual = table.index[table.experiment == "usual"]
    table.loc[usual[4:7], ["outbreaks", "outbreak_share"]] = [2, 0.3]
    table.loc[usual[4:5], "lasting_outbreaks"] = 1
    # A network that learned late does not count, whatever it does then.
    table.loc[usual[4], "learned_early"] = False
    curves = table[["experiment", "g", "seed"]].merge(
        pd.DataFrame({"epoch": range(40), "loss": np.r_[1.0, np.zeros(39)]}), how="cross"
    )
    # Its late epochs do: 10 of 20 are above the bound, of which 8 follow each other.
    of_network = (curves.experiment == "usual") & (curves.g == 0.9) & (curves.seed == 0)
    above = curves.epoch.isin([21, *range(25, 33), 39])
    curves.loc[of_network & above, "loss"] = 0.1
    found = compare("outbreaks", table, parameters, curves, 0.05)
    assert found.variant.unique().tolist() == [
        "Adam",
        "AMSGrad",
        "eps = 1e-06, clip = 0.1",
    ]
    assert found.g[found.shared_g].unique().tolist() == [0.9]
    row = found[(found.experiment == "usual") & (found.g == 0.9)].iloc[0]
    assert (row.networks, row.learned_early, row.with_outbreak) == (4, 3, 2)
    assert (row.with_lasting, row.lasting_fraction) == (0, 0)
    assert row.outbreak_share == pytest.approx(0.2)
    assert (row.late_share, row.long_share, row.with_long) == (0.5 / 4, 0.4 / 4, 1)
    late = [name for name in found if name.startswith(("late_", "long_", "with_long"))]
    assert len(late) == 6
    assert (row[[name for name in late if name.endswith("_early")]] == 0).all()
    assert (found.drop(row.name)[late] == 0).all(axis=None)
    # Wilson's interval for 2 of 3, by its formula.
    z, n, share = 1.959964, 3, 2 / 3
    centre, width = share + z**2 / (2 * n), z * np.sqrt(share / 3 / n + (z / n / 2) ** 2)
    limits = np.array([centre - width, centre + width]) / (1 + z**2 / n)
    np.testing.assert_allclose([row.lower, row.upper], limits, rtol=1e-5)
    unlearned = table.assign(learned_early=False)
    none = compare("outbreaks", unlearned, parameters, curves, 0.05)
    assert none.fraction.isna().all() and (none.with_outbreak == 0).all()
    assert none.late_share.equals(found.late_share)
    assert none.late_share_early.isna().all()
    # The network with late epochs above the bound learned early.
    early = compare(
        "outbreaks", table.assign(learned_early=True), parameters, curves, 0.05
    )
    assert early.late_share_early.equals(found.late_share)
    assert early.with_long_early.equals(found.with_long)


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.booleans())
def test_late_epochs_above_the_bound_are_those_that_a_loop_finds(above, finite):
    losses = np.where(above, 1.0 if finite else np.nan, 0.01)
    losses[0] = 1.0
    above = [True, *above[1:]]
    middle, long = len(above) // 2, set()
    for start in range(len(above) - outbreaks.LONG + 1):
        stretch = range(start, start + outbreaks.LONG)
        if all(above[epoch] for epoch in stretch):
            long |= set(stretch)
    second = range(middle, len(above))
    expected = {
        "late_share": np.mean([above[epoch] for epoch in second]),
        "long_share": np.mean([epoch in long for epoch in second]),
        "with_long": any(epoch in long for epoch in second),
    }
    assert outbreaks.late(losses, 0.05) == pytest.approx(expected)


def test_a_flipflop_without_the_option_is_that_of_the_text(published):
    table = pd.concat([networks("usual"), networks("drawn")])
    parameters = {"usual": {"options": {}}, "drawn": {"options": {"hold": "last_pulse"}}}
    found = compare("flipflops", table, parameters, published)
    holds = found.groupby("experiment").hold.unique().str[0].to_dict()
    assert holds == {"usual": "per_channel", "drawn": "last_pulse"}
    assert FlipFlop(dt=0.5).hold == "per_channel"


def test_the_published_flipflop_is_nearest_to_itself(published):
    values = published[published.task == "flipflop"]
    wide = values.pivot(index="g", columns="quantity", values="value").reset_index()
    own = wide.rename(columns={"functional_rank_rank0": "functional_rank"}).assign(
        experiment="own", seed=0, task="flipflop", converged=True, diverged=False,
        epochs=1000, initial_loss=1.0, final_loss=0.01,
    )  # fmt: skip
    # Another learning rate: times and norms differ by a factor, which is not counted.
    own["norm_dW"] *= 1.1
    other = own.assign(experiment="other", norm_dW=own.norm_dW * np.exp(-own.g))
    other["shuffle_loss_ratio"] += 0.2
    parameters = {
        "own": {"options": {"hold": "last_pulse"}},
        "other": {"options": {"hold": "per_channel"}},
    }
    table = compare("flipflops", pd.concat([own, other]), parameters, published)
    for quantity, rows in table.groupby("quantity"):
        difference = farther_from_published(rows, of="per_channel", to="last_pulse")
        assert difference > 0.1, quantity
        opposite = farther_from_published(rows, of="last_pulse", to="per_channel")
        assert opposite == -difference
    weak = table[table.quantity == "shuffle_loss_ratio"]
    assert sorted(weak.g.unique()) == [0.3, 0.6]
    assert np.allclose(weak[weak.hold == "last_pulse"].measured, weak[:2].published)


def at_rates(published, factors, **columns):
    """Return networks whose values are the published ones times a factor per rate."""
    exact = published[(published.task == "flipflop") & (published.bound == "")]
    wide = exact.pivot(index="g", columns="quantity", values="value").reset_index()
    parameters, parts = {}, []
    for rate, factor in factors.items():
        parameters[f"rate{rate}"] = {"learning_rate": rate}
        rows = networks(f"rate{rate}", g=wide.g).merge(wide, on="g", suffixes=("_", ""))
        scaled = {name: factor * rows[name] for name in comparisons.RATE}
        parts.append(rows.assign(**scaled, **columns))
    return pd.concat(parts, ignore_index=True), parameters


def test_the_identified_rate_is_the_nearest_in_the_mean_of_logarithms(published):
    table, parameters = at_rates(published, {0.02: 1.3, 0.03: 0.9, 0.05: 0.7})
    rate = compare("rate", table, parameters, published)
    assert rate[rate.identified].learning_rate.unique().tolist() == [0.03]
    by_rate = rate.groupby("learning_rate").distance.unique().str[0]
    assert by_rate.to_dict() == pytest.approx(
        {0.02: np.log(1.3), 0.03: -np.log(0.9), 0.05: -np.log(0.7)}
    )
    assert rate_excess(rate, 0.05) == pytest.approx(np.log(0.9 / 0.7))
    assert rate_excess(rate, 0.03) < 0
    assert math.isnan(rate_excess(rate, 0.04))


def test_rates_are_compared_on_points_that_all_of_them_have(published):
    table, parameters = at_rates(published, {0.03: 1.1, 0.05: 1.0})
    # Far off, at a g at which the other rate has no network that converged.
    table.loc[(table.experiment == "rate0.05") & (table.g == 1.8), "norm_dW"] *= 100
    table.loc[(table.experiment == "rate0.03") & (table.g == 1.8), "converged"] = False
    rate = compare("rate", table, parameters, published)
    assert rate[rate.identified].learning_rate.unique().tolist() == [0.05]
    # More seeds at one rate do not count either.
    more = table[table.experiment == "rate0.05"].assign(seed=7, norm_dW=1e9)
    again = compare("rate", pd.concat([table, more]), parameters, published)
    assert 7 not in again.seed.to_numpy()


def test_the_error_of_a_distance_is_the_jackknifes_over_seeds(published):
    table, parameters = at_rates(published, {0.03: 1.2, 0.05: 1.1})
    rate = compare("rate", table, parameters, published)
    assert np.allclose(rate.standard_error, 0)
    # Seed 1 alone: the mean over the seeds, and so the distance, is half way in between.
    of_a_seed = (table.experiment == "rate0.05") & (table.seed == 1)
    table.loc[of_a_seed, list(comparisons.RATE)] *= 1.4 / 1.1
    rate = compare("rate", table, parameters, published)
    error = rate.groupby("learning_rate").standard_error.unique().str[0]
    # Of two estimates, the jackknife's error is half of their difference.
    assert error.to_dict() == pytest.approx({0.03: 0, 0.05: np.log(1.4 / 1.1) / 2})
    assert rate[rate.identified].learning_rate.unique().tolist() == [0.03]
    assert without_a_seed(rate).idxmin().to_dict() == {0: 0.03, 1: 0.05}


def test_the_slope_of_the_rank_is_per_seed_of_networks_that_settled():
    parts, parameters = [], {"two": {"options": {"hold": "last_pulse"}}}
    for number, name in ((1, "one"), (2, "two"), (4, "four")):
        of_name = networks(name)
        # At g = 0 the rank is the number of channels; at 0.9, it grows by 2 or 4 for each.
        grows = np.where(of_name.g == 0, 1, 2 + 2 * of_name.seed)
        parts.append(of_name.assign(functional_rank=1.0 + (number - 1) * grows))
        options = {"hold": "last_pulse", "channels": number}
        parameters.setdefault(name, {"options": options})
    table = pd.concat(parts)
    # A g that not all have, and a network that did not settle, do not count.
    table = pd.concat([table, networks("two", g=[1.2])])
    lost = (table.experiment == "four") & (table.g == 0) & (table.seed == 0)
    table.loc[lost, ["converged", "functional_rank"]] = False, 50.0
    found = compare("channels", table, parameters)
    assert dict(zip(found.experiment, found.channels, strict=True)) == {
        "one": 1, "two": 2, "four": 4,
    }  # fmt: skip
    slopes = found.groupby("g")[["rank_slope", "slope_error", "slope_seeds"]].first()
    assert slopes.loc[0.0].tolist() == pytest.approx([1, 0, 2])
    # The standard error of the mean of 2 and 4.
    assert slopes.loc[0.9].tolist() == pytest.approx([3, 1, 2])
    alone = compare("channels", table[table.seed == 0], parameters)
    assert alone.slope_error.isna().all()


def test_slopes_of_two_kinds_are_over_the_same_numbers_of_channels():
    parts, parameters = [], {}
    for hold, ranks in (
        ("last_pulse", {1: 2, 2: 2, 3: 3, 4: 9}),
        ("per_channel", {1: 2, 2: 2, 3: 3, 4: 4}),
    ):
        for number, rank in ranks.items():
            name = f"{hold}{number}"
            parts.append(networks(name, functional_rank=float(rank)))
            parameters[name] = {"options": {"hold": hold, "channels": number}}
    table = pd.concat(parts, ignore_index=True)
    lost = (table.experiment == "per_channel4") & (table.g == 0)
    table.loc[lost, ["converged", "functional_rank"]] = False, None
    found = compare("channels", table, parameters)
    assert found.groupby("g").slope_channels.first().to_dict() == {0.0: 3, 0.9: 4}
    slopes = found.groupby(["g", "hold"]).rank_slope.first()
    assert slopes[0.0].tolist() == pytest.approx([0.5, 0.5])
    assert slopes[0.9].tolist() == pytest.approx([2.2, 0.7])


def test_only_panels_a_and_b_identify_the_rate(published):
    table, parameters = at_rates(published, {0.03: 1.1, 0.05: 1.2})
    table.shuffle_loss_ratio = table.functional_rank = 99.0
    assert set(compare("rate", table, parameters, published)["quantity"]) == {
        "convergence_epoch", "norm_dW",
    }  # fmt: skip


def test_a_comparison_is_the_same_in_each_reading():
    table = compare("scaling", networks("small"), {"small": {}}, EIGENVALUES)
    assert in_reading(table, {"mante": "other"}) is table
    assert in_reading(networks("small"), {"mante": "other"}).empty
