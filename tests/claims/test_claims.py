"""The claims: their file, and the verdicts."""

import inspect
import json
import math
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from interplay.claims.quantities import quantity, tables
from interplay.claims.statement import Claim, Expected, read_claims
from interplay.claims.verdict import (
    FAILS,
    HOLDS,
    NOT_TESTED,
    PARTLY,
    judge,
    measure,
)
from interplay.site.claims import measured_value
from interplay.storage.errors import InputError
from tests.claims.written import SELECTION, hashes

ROOT = Path(__file__).parents[2]
FILE = ROOT / "paper" / "claims.yaml"
SCHEMA = yaml.safe_load((ROOT / "workflow/schemas/claims.schema.yaml").read_text())

FIRST_COMMIT = "bd46a12"
"""the last commit before the readings: its claims are those of the first full run"""

MOVED = {"last-pulse-rank-two", "published-flipflop-is-the-texts"}
"""claims of the first full run that are now rows of a reading, or measured otherwise"""

RECORD = yaml.safe_load((ROOT / "paper/claims_record.yaml").read_text())["replaced"]


# The file


@pytest.fixture(scope="module")
def claims():
    return read_claims(FILE, SCHEMA)


def test_every_quantity_exists_and_takes_the_options(claims):
    for claim in claims:
        if not claim.not_tested:
            function = quantity(claim.quantity)
            inspect.signature(function).bind("rows", **claim.options)


def written(name):
    return json.loads((Path(__file__).parent / name).read_text())


def test_expectations_are_those_that_were_written_down():
    assert hashes(FILE.read_text()) == written("written.json")


def test_expectations_of_the_first_full_run_changed_in_their_rows_alone():
    now = hashes(FILE.read_text(), *SELECTION)
    first = written("written_first.json")
    replaced = {one["id"] for one in RECORD}
    kept = {name: first[name] for name in first.keys() - MOVED - replaced}
    assert len(kept) > 35
    assert {name: now[name] for name in kept} == kept


def test_the_record_has_the_replaced_criteria_as_they_were_and_why():
    first, entries = written("written_first.json"), []
    for one in RECORD:
        assert min(map(len, (one["reason"], one["seen"]))) > 20, one["id"]
        entries.append({"id": one["id"], **one["was"]})
    was = hashes(yaml.safe_dump({"claims": entries}), *SELECTION)
    now = hashes(FILE.read_text())
    checked = was.keys() & first.keys()
    assert len(checked) > 6
    assert {name: was[name] for name in checked} == {
        name: first[name] for name in checked
    }
    whole = hashes(yaml.safe_dump({"claims": entries}))
    assert all(digest != now.get(name) for name, digest in whole.items())
    gone = {one["id"]: one.get("now") for one in RECORD if one["id"] not in now}
    assert set(filter(None, gone.values())) <= now.keys()


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
    by_g = replace(CLAIM, each=("task", "g"), known="settled")
    numbers = pd.DataFrame(
        {"task": "romo", "g": [0.0, 2.7], "seed": 0, "x": 3.0, "settled": [True, False]}
    )
    row = judge(by_g, measure(by_g, {"numbers": numbers}))
    assert (row["verdict"], row["parts"]) == (HOLDS, 1)
    assert row["rows"] == "settled"


def test_a_pooled_claim_has_one_value_for_all_seeds():
    pooled = replace(CLAIM, quantity="trend", pooled=True, expected=Expected(0.8))
    numbers = pd.DataFrame(
        {"task": "romo", "seed": [0, 1, 2], "g": [0, 1, 2], "x": [1, 2, 3]}
    )
    row = judge(pooled, measure(pooled, {"numbers": numbers}))
    assert (row["measured"], row["seeds"], row["verdict"]) == (1, 1, HOLDS)
    assert np.isnan(row["spread"])
    assert "±" not in measured_value(row)


def test_a_measured_value_has_the_spread_over_seeds():
    assert measured_value(verdict_of([3, 4])) == "3.5 ± 0.71"
    assert measured_value(verdict_of([np.nan])) == ""


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
    wider = replace(CLAIM, expected=Expected(2 - more, 10 + more))
    narrow, wide = verdict_of(*parts), verdict_of(*parts, claim=wider)
    assert order.index(narrow["verdict"]) <= order.index(wide["verdict"])


def test_a_table_or_quantity_that_is_not_there_is_one_line():
    with pytest.raises(InputError, match=r"a-claim: expected a table of .*numbers"):
        measure(CLAIM, {"others": pd.DataFrame()})
    claim = replace(CLAIM, quantity="one_value")
    with pytest.raises(InputError, match=r"claim a-claim: .*found one_value"):
        measure(claim, {"numbers": pd.DataFrame()})
