"""The claims: their file, their quantities on tables with known answers, the verdicts."""

import inspect
import json
import math
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from interplay.claims.page import claims_page, measured_value
from interplay.claims.quantities import linear, networks, quantity, spectra, tables
from interplay.claims.statement import Claim, Expected, read_claims
from interplay.claims.verdict import (
    FAILS,
    HOLDS,
    NOT_TESTED,
    PARTLY,
    judge,
    measure,
)
from interplay.linear.theory import loss as predicted_loss
from interplay.linear.theory import scalings, singular_values
from interplay.nonlinear.settled import with_known_answers, with_selections
from interplay.storage.errors import InputError
from tests.claims.written import SELECTION, hashes

ROOT = Path(__file__).parents[2]
FILE = ROOT / "paper" / "claims.yaml"
SCHEMA = yaml.safe_load((ROOT / "workflow/schemas/claims.schema.yaml").read_text())

FIRST_COMMIT = "bd46a12"
"""the last commit before the readings: its claims are those of the first full run"""

REPLACED = {"last-pulse-rank-two", "published-flipflop-is-the-texts"}
"""claims of the first full run that are now rows of a reading, or measured otherwise"""


# The file


@pytest.fixture(scope="module")
def claims():
    return read_claims(FILE, SCHEMA)


def test_every_quantity_exists_and_takes_the_options(claims):
    for claim in claims:
        if not claim.not_tested:
            beside = dict.fromkeys(claim.tables[1:])
            function = quantity(claim.quantity)
            inspect.signature(function).bind("rows", **beside, **claim.options)


def written(name):
    return json.loads((Path(__file__).parent / name).read_text())


def test_expectations_are_those_that_were_written_down():
    assert hashes(FILE.read_text()) == written("written.json")


def test_expectations_of_the_first_full_run_changed_in_their_rows_alone():
    now = hashes(FILE.read_text(), *SELECTION)
    first = written("written_first.json")
    kept = {name: digest for name, digest in first.items() if name not in REPLACED}
    assert len(kept) == 60
    assert {name: now[name] for name in kept} == kept


def test_the_first_expectations_are_those_of_the_history():
    show = ["git", "show", f"{FIRST_COMMIT}:paper/claims.yaml"]
    shown = subprocess.run(show, cwd=ROOT, capture_output=True, text=True)
    if shown.returncode:
        pytest.skip(f"the history of this clone does not reach commit {FIRST_COMMIT}")
    assert hashes(shown.stdout, *SELECTION) == written("written_first.json")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda c: c[0].update(expectd=1), r"claims/0: .*expectd"),
        (lambda c: c[3].update(id=c[2]["id"]), r"expected one entry, found several"),
        (lambda c: c[1].pop("expected"), r"claims/1: "),
    ],
)
def test_a_wrong_entry_is_one_line(tmp_path, change, line):
    content = yaml.safe_load(FILE.read_text())
    change(content["claims"])
    path = tmp_path / "claims.yaml"
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(InputError, match=line) as caught:
        read_claims(path, SCHEMA)
    assert str(path) in str(caught.value)


# Quantities


def linear_network(g, zhat):
    """The curves of a network that is exactly what third-order theory says."""
    tau = np.linspace(0, 0.6 * (1 - g**2) ** 2, 400)
    s1, s2 = singular_values(tau, zhat, g)
    return pd.DataFrame(
        {
            "zhat": zhat, "g": g, "epoch": range(len(tau)), "tau": tau,
            "loss": predicted_loss(tau, zhat, g), "s1": s1, "s2": s2,
        }
    )  # fmt: skip


def test_theory_agrees_with_itself():
    rows = linear_network(0.6, 0.5)
    for column in ("loss", "s1"):
        assert linear.agreement(rows, column, within=1e-9, threshold=0.05) == 1
    shifted = rows.assign(loss=rows.loss + 0.2 * 0.5**2 / 2)
    assert linear.agreement(shifted, "loss", within=0.1, threshold=0.05) == 0


def test_singular_values_grow_at_first_and_third_order():
    rows = linear_network(0.0, 0.5)
    s1 = linear.growth_order(rows, "s1", between=(1e-4, 0.02))
    s2 = linear.growth_order(rows, "s2", between=(0.05, 0.25))
    assert s1 == pytest.approx(1, abs=0.02)
    assert s2 == pytest.approx(3)
    assert linear.half_time_ratio(rows, of="s2", to="s1") > 1


def test_the_readout_at_the_start_and_how_it_grows():
    rows = linear_network(0.6, 0.5)
    assert linear.first_readout_ratio(rows) == pytest.approx(1, abs=0.01)
    start = pd.DataFrame(
        {"zhat": [0.5], "N": [400], "initial_loss": [(0.5 - 0.1) ** 2 / 2]}
    )
    assert linear.initial_readout(start) == pytest.approx(0.1 * 20)


def test_what_theory_predicts_at_convergence():
    rows = linear_network(0.6, 2.0)
    measured = linear.concavity(rows, threshold=0.05)
    bent = rows.assign(loss=rows.loss * 0.9)
    assert linear.predicted_concavity(bent, threshold=0.05) == pytest.approx(measured)
    last = rows[rows.loss < 0.05 * 2].iloc[0]
    found = linear.converged_ratio(rows, of="s2", to="s1", threshold=0.05)
    assert found == pytest.approx(last.s2 / last.s1)


def test_a_network_that_scales_exactly_does_not_deviate():
    g = np.array([0.6, 0.0, 0.9, 0.3])
    rows = pd.DataFrame({"g": g, "tau_star": 3 * (1 - g**2) ** 2})
    assert linear.deviation_from_scaling(rows, "tau_star") == pytest.approx(0)
    exact = scalings(g)["mean_gradient_norm"] * 5
    rows["mean_gradient_norm"] = exact.to_numpy() * (1 + 0.2 * (g == 0.9))
    measured = linear.relative_deviation_from_scaling(rows, "mean_gradient_norm")
    assert measured == pytest.approx(0.2)


def test_what_never_converged_tells_nothing():
    rows = pd.DataFrame({"g": [0.0, 0.9], "zhat": 1.0, "tau_star": np.nan})
    assert math.isnan(linear.deviation_from_scaling(rows, "tau_star"))
    assert math.isnan(tables.ratio(rows, "tau_star", of="g == 0.9", to="g == 0"))
    assert math.isnan(linear.effective_time_ratio(rows, of=0.9, to=0.0))
    assert math.isnan(tables.trend(rows, "tau_star"))


def test_an_unconverged_network_counts_as_all_epochs():
    rows = pd.DataFrame(
        {
            "g": [0.0, 0.3, 0.9], "convergence_epoch": [None, 90, 40], "epochs": 200,
            "diverged": False,
        }
    )  # fmt: skip
    assert networks.epochs_trend(rows) == pytest.approx(-1)
    assert networks.epochs_ratio(rows, of=0.9, to=0.0) == pytest.approx(0.2)
    assert math.isnan(networks.epochs_ratio(rows, of=1.2, to=0.0))
    assert networks.epochs_at_largest_g(rows) == 1
    assert networks.epochs_at_largest_g(rows.assign(g=[0.9, 0.3, 0.0])) == 5


def test_a_diverged_network_is_never_the_faster_one():
    rows = pd.DataFrame(
        {
            "g": [0.0, 0.9], "convergence_epoch": [50, None], "epochs": [200, 10],
            "diverged": [False, True],
        }
    )  # fmt: skip
    assert networks.epochs_ratio(rows, of=0.9, to=0.0) == math.inf


def test_two_networks_that_did_not_converge_tell_nothing():
    rows = pd.DataFrame(
        {
            "g": [0.0, 0.9],
            "convergence_epoch": [None, None],
            "epochs": 9,
            "diverged": False,
        }
    )
    assert math.isnan(networks.epochs_ratio(rows, of=0.9, to=0.0))


def test_a_bumpier_curve_is_rougher():
    epoch = np.arange(60)
    smooth, bumpy = np.exp(-epoch / 10), np.exp(-epoch / 10 + 0.2 * (epoch % 2))
    curves = [{"epoch": epoch, "loss": smooth, "g": 0.9}]
    curves.append({"epoch": epoch, "loss": bumpy, "g": 0.0})
    rows = pd.concat(map(pd.DataFrame, curves))
    assert networks.roughness_ratio(rows, of=0.9, to=0.9) == pytest.approx(1)
    assert networks.roughness_ratio(rows, of=0.9, to=0.0) < 0.6


def spectrum(**matrices):
    parts = [
        pd.DataFrame(
            {"matrix": name, "index": range(1, len(values) + 1), "value": values}
        )
        for name, values in matrices.items()
    ]
    return pd.concat(parts, ignore_index=True).astype({"value": float})


def test_what_spectra_tell():
    dW = spectrum(dW=[4, 3, 0, 0])
    assert spectra.captured(dW, rank=1) == pytest.approx(16 / 25)
    assert spectra.singular_value_gap(dW, index=1) == pytest.approx(4 / 3)
    assert spectra.singular_value_gap(dW, index=2) == math.inf
    both = spectrum(dW=[4, 3], W0=[8, 6], W=[9, 6])
    assert spectra.relative_norm_of_dW(both) == pytest.approx(0.5)
    assert spectra.difference_beyond(both, index=1) == 0
    assert spectra.share_above(dW, fraction=0.01) == 0.5


# Verdicts

CLAIM = Claim(
    id="a-claim",
    where="Fig. 0",
    claim="Something is between 2 and 10.",
    kind="interval",
    quantity="value",
    options={"column": "x"},
    tables=("numbers",),
    each=("task",),
    expected=Expected(2, 10),
)


def verdict_of(*parts, claim=CLAIM):
    numbers = pd.DataFrame(
        [
            {"task": f"task {i}", "seed": seed, "x": x}
            for i, values in enumerate(parts)
            for seed, x in enumerate(values)
        ]
    )
    return judge(claim, measure(claim, {"numbers": numbers}))


def test_verdicts():
    assert verdict_of([3, 4], [9, 10])["verdict"] == HOLDS
    assert verdict_of([3, 4], [11, 12])["verdict"] == PARTLY
    assert verdict_of([1, 1], [11, 12])["verdict"] == FAILS
    assert verdict_of([3, 4, 90])["verdict"] == PARTLY  # most seeds, not the mean
    assert verdict_of([np.nan])["verdict"] == NOT_TESTED


def test_a_claim_about_all_tasks_needs_an_answer_for_each():
    row = verdict_of([3, 4], [np.nan])
    assert row["verdict"] == PARTLY
    assert row["reason"] == "no answer for: task 1"
    assert verdict_of([1, 1], [np.nan])["verdict"] == FAILS
    # A value of g without an answer is none of the statement's parts.
    by_g = Claim(**{**vars(CLAIM), "each": ("task", "g"), "known": "settled"})
    numbers = pd.DataFrame(
        {"task": "romo", "g": [0.0, 2.7], "seed": 0, "x": 3.0, "settled": [True, False]}
    )
    row = judge(by_g, measure(by_g, {"numbers": numbers}))
    assert (row["verdict"], row["parts"]) == (HOLDS, 1)
    assert row["rows"] == "settled"


def test_a_pooled_claim_has_one_value_for_all_seeds():
    options = {"quantity": "trend", "pooled": True, "expected": Expected(at_least=0.8)}
    pooled = Claim(**{**vars(CLAIM), **options})
    numbers = pd.DataFrame(
        {"task": "romo", "seed": [0, 1, 2], "g": [0, 1, 2], "x": [1, 2, 3]}
    )
    row = judge(pooled, measure(pooled, {"numbers": numbers}))
    assert (row["measured"], row["seeds"], row["verdict"]) == (1, 1, HOLDS)
    assert np.isnan(row["spread"])
    assert "±" not in measured_value(row)


def test_a_network_that_diverged_has_no_spread():
    numbers = pd.DataFrame({"task": "romo", "seed": [0, 1], "x": [np.inf, 2.0]})
    row = judge(CLAIM, measure(CLAIM, {"numbers": numbers}))
    assert (row["measured"], row["spread"], row["seeds"]) == (np.inf, np.inf, 2)
    assert measured_value(row) == "inf"


@pytest.mark.parametrize("n", range(4, 12))
def test_one_swap_of_neighbours_meets_the_bound_that_admits_it(n):
    g, x = np.arange(n), np.arange(n, 0, -1)
    x[[0, 1]] = x[[1, 0]]
    found = tables.trend(pd.DataFrame({"g": g, "x": x}), "x")
    exact = -1 + 6 * 2 / (n * (n**2 - 1))
    assert found in Expected(at_most=exact)


def test_the_part_that_is_least_within_is_shown():
    row = verdict_of([5, 6], [11, 13], [2, 2])
    assert row["part"] == "task 1"
    assert (row["measured"], row["seeds"]) == (12, 2)
    assert row["spread"] == pytest.approx(math.sqrt(2))
    assert (row["met"], row["parts"]) == (2, 3)


values = st.lists(st.floats(-20, 20), min_size=1, max_size=5)


@given(st.lists(values, min_size=1, max_size=4), st.floats(0, 5))
def test_a_wider_interval_never_makes_a_verdict_worse(parts, more):
    order = [FAILS, PARTLY, HOLDS]
    wider = Claim(**{**vars(CLAIM), "expected": Expected(2 - more, 10 + more)})
    narrow, wide = verdict_of(*parts), verdict_of(*parts, claim=wider)
    assert order.index(narrow["verdict"]) <= order.index(wide["verdict"])


def test_a_table_or_quantity_that_is_not_there_is_one_line():
    with pytest.raises(InputError, match=r"a-claim: expected a table of .*numbers"):
        measure(CLAIM, {"others": pd.DataFrame()})
    claim = Claim(**{**vars(CLAIM), "quantity": "one_value"})
    with pytest.raises(InputError, match=r"claim a-claim: .*found one_value"):
        measure(claim, {"numbers": pd.DataFrame()})


def test_networks_are_settled_complete_or_solved():
    table = pd.DataFrame(
        {
            "experiment": "romo", "g": [0.0, 0.0, 0.3, 0.3, 0.6], "seed": [0, 1, 0, 1, 0],
            "converged": [True, True, True, False, True], "initial_loss": 1.0,
            "functional_rank": [6, 6, None, None, None],
            "final_loss": [0.01, 0.2, 0.04, 0.9, 0.3],
            "diverged": [False, False, False, True, False],
        }
    )  # fmt: skip
    found = with_selections(table)
    assert found.settled.tolist() == [True, True, False, False, False]
    assert found.complete.tolist() == [True, True, False, False, False]
    assert found.solved.tolist() == [True, True, True, False, False]
    known = with_known_answers(found, largest_rank=25)
    np.testing.assert_array_equal(known.functional_rank, [6, 6, 26, np.nan, np.nan])
    assert known.final_loss.tolist() == [0.01, 0.2, 0.04, math.inf, 0.3]


def test_the_page_of_claims_escapes_colours_and_names_the_reading():
    claim = verdict_of([3, 4]) | {"reading": "stated", "claim": "a < b", "reason": ""}
    untested = verdict_of([np.nan]) | {"reading": "identified"}
    page = claims_page(pd.DataFrame([claim, untested]))
    assert "a &lt; b" in page
    assert '<tr class="holds">' in page
    assert '<tr class="not-tested">' in page
    assert "3.5 ± 0.71" in page
    assert "<td>a-claim</td><td>stated</td>" in page
    assert "<td>a-claim</td><td>identified</td>" in page
