"""Measured and published values: compared, and judged by the same criterion."""

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay.claims.agreement import POINTS_OF_OURS, compare, summary
from interplay.claims.published import figures, published_tables, shared_points
from interplay.claims.statement import Claim, Expected
from interplay.storage.tables import read_table
from tests.claims.written import ROOT

FILE = read_table(ROOT / "paper/published.csv")

G = [0.0, 0.9, 1.5]
NORM = Claim(
    id="norm",
    where="Fig. 2(b)",
    claim="",
    quantity="value",
    options={"column": "norm_dW"},
    tables=("nonlinear",),
    rows="g == 0",
    each=("task",),
    expected=Expected(at_least=1.5),
)
TREND = Claim(
    **{**vars(NORM), "quantity": "trend", "rows": "", "expected": Expected(at_most=-0.8)}
)


def published(values, error, task="romo"):
    columns = {"figure": "Fig. 2(b)", "quantity": "norm_dW", "task": task, "N": 256}
    return pd.DataFrame(
        {**columns, "g": G, "value": values, "reading_error": error, "bound": ""}
    )


def networks(by_seed, task="romo"):
    """Return networks of each seed, with a norm at each g."""
    rows = [
        {"task": task, "role": task, "seed": seed, "g": g, "norm_dW": norm}
        for seed, norms in enumerate(by_seed)
        for g, norm in zip(G, norms, strict=False)
    ]
    return pd.DataFrame(rows).assign(settled=True, counted_rank=1.0)


def both(claim, ours, theirs):
    tables = {"nonlinear": ours}
    as_tables = published_tables(theirs, tables)
    found = compare(claim, tables, shared_points(tables, as_tables))
    return found, summary(claim, found, as_tables)


norms = st.lists(st.floats(0.5, 5), min_size=2, max_size=6)


@settings(max_examples=25, deadline=None)
@given(norms, st.floats(0, 5), st.floats(0.01, 1))
def test_a_value_is_compared_by_both_errors(seeds, value, error):
    found, row = both(NORM, networks([[x] for x in seeds]), published([value] * 3, error))
    mean, of_mean = np.mean(seeds), np.std(seeds, ddof=1) / len(seeds) ** 0.5
    assert found.measured[0] == pytest.approx(mean)
    assert found.standard_error[0] == pytest.approx(of_mean, abs=1e-9)
    assert found.reading_error[0] == pytest.approx(error)
    if value > 0.01:
        assert found.tolerance[0] == pytest.approx(2 * np.hypot(of_mean, error) / value)
    off = abs(mean - value) / np.hypot(of_mean, error)
    if abs(off - 2) > 1e-6:
        assert row["agreement"] == ("differs" if off > 2 else "agrees")
    assert row["published_verdict"] == ("holds" if value >= 1.5 else "fails")


def test_one_network_has_no_standard_error():
    found, row = both(NORM, networks([[3, 2, 1]]), published([9, 9, 9], 0.1))
    assert np.isnan(found.standard_error[0])
    assert row["agreement"] == "not known"


def test_the_shown_part_is_one_with_the_answer_of_the_claim():
    one = networks([[9.0, 2, 1]], "mante")
    several = networks([[3.0, 2, 1], [3.1, 2, 1]], "romo")
    theirs = [
        published([value, 2, 1], 0.1, task) for value, task in ((1, "mante"), (2, "romo"))
    ]
    _, row = both(NORM, pd.concat([one, several]), pd.concat(theirs))
    assert (row["agreement"], row["compared_part"]) == ("differs", "romo")


def test_a_quantity_is_that_of_the_means_at_the_points_that_both_have():
    # The trend of each seed is spoiled by noise; that of the means is not.
    ours = networks([[3.0, 4.0, 1.0], [5.0, 2.0, 1.5]])
    theirs = published([3, 2, 1], 0.1)
    found, row = both(TREND, ours, theirs)
    assert found.measured[0] == pytest.approx(-1)
    assert found.published[0] == pytest.approx(-1)
    # A point that the figure does not show is left out of ours, too.
    theirs.loc[2, "bound"] = "above"
    found, row = both(TREND, ours, theirs)
    assert (len(found), row["agreement"]) == (0, "no published value")


def test_a_figure_that_lacks_a_task_is_not_judged():
    ours = pd.concat([networks([[3.0, 2, 1]] * 2, task) for task in ("romo", "mante")])
    none = published([np.nan] * 3, 0.1, "mante")
    found, row = both(NORM, ours, pd.concat([published([3, 2, 1], 0.1), none]))
    assert list(found.part) == ["romo"]
    assert row["published_verdict"] == ""


def test_what_has_no_published_value_has_no_agreement():
    other = Claim(**{**vars(NORM), "tables": ("linear",)})
    _, row = both(other, networks([[1.0]]), published([1, 1, 1], 0.1))
    assert (row["agreement"], row["comparable"]) == ("no published value", 0)
    assert row["source"] == row["published_verdict"] == ""


def scaling(ratio, error):
    """Return published norms at two N, the second `ratio` times the first, and our columns."""
    columns = {"figure": "Fig. S1", "quantity": "norm_dW", "task": "romo", "g": 0.9}
    theirs = pd.DataFrame({**columns, "N": [256, 512], "value": [2.0, 2 * ratio]})
    ours = pd.DataFrame(columns=["role", "g", "seed", "N", "norm_dW", "settled"])
    return theirs.assign(reading_error=error, bound=""), ours


@pytest.mark.parametrize(
    ("ratio", "error", "verdict"),
    [(1.1, 0.001, "holds"), (1.5, 0.001, "fails"), (1.5, 0.3, "holds")],
)
def test_a_published_change_with_n_is_judged_by_its_reading_error(ratio, error, verdict):
    invariant = Claim(
        **{
            **vars(NORM), "quantity": "sure_change", "tables": ("scaling",), "rows": "",
            "options": {"column": "norm_dW", "smaller": 256, "larger": 512},
            "pooled": True, "each": ("role", "g"), "expected": Expected(at_most=0.2),
        }
    )  # fmt: skip
    theirs, ours = scaling(ratio, error)
    as_tables = published_tables(theirs, {"scaling": ours})
    row = summary(invariant, pd.DataFrame(columns=["agreement"]), as_tables)
    assert (row["published_verdict"], row["source"]) == (verdict, "Fig. S1")


STALLS = Claim(
    id="stalls",
    where="supplementary",
    claim="",
    quantity="share",
    options={"column": "final_loss", "of": "initial_loss"},
    tables=("cosine",),
    rows="g == 0",
    expected=Expected(at_least=0.5),
    published={"value": 1.0, "reading_error": 0.05, "figure": "supplementary"},
)


@pytest.mark.parametrize(("final", "answer"), [(1.9, "agrees"), (1.6, "differs")])
def test_a_quantity_that_was_read_off_itself_is_compared(final, answer):
    rows = [
        {"seed": seed, "g": g, "initial_loss": 2.0, "final_loss": loss + 0.01 * seed}
        for seed in (0, 1)
        for g, loss in ((0.0, final), (0.4, 0.01))
    ]
    tables = {"cosine": pd.DataFrame(rows)}
    found = compare(STALLS, tables, {})
    assert found.measured[0] == pytest.approx((final + 0.005) / 2)
    row = summary(STALLS, found, {})
    assert (row["agreement"], row["published_verdict"]) == (answer, "holds")
    assert compare(STALLS, {"cosine": tables["cosine"].query("g > 0")}, {}).empty


@pytest.mark.parametrize(
    ("figure", "quantity", "chose"),
    [
        ("Fig. 2(b)", "norm_dW", {"flipflop", "romo"}),
        ("Fig. 2(c)", "shuffle_loss_ratio", {"flipflop"}),
        ("Fig. S1", "norm_dW", set()),
    ],
)
def test_points_that_chose_the_reading_are_known(figure, quantity, chose):
    tasks = "flipflop", "romo"
    theirs = pd.concat(published([2.0, 1.0, 1.0], 0.1, task) for task in tasks)
    theirs = theirs.assign(figure=figure, quantity=quantity)
    ours = pd.concat(networks([[2.0, 1, 1], [2.1, 1, 1]], task) for task in tasks)
    name = "scaling" if figure == "Fig. S1" else "nonlinear"
    tables = {name: ours.assign(shuffle_loss_ratio=1.0, N=256)}
    (points,) = figures(theirs)
    shared = shared_points(tables, published_tables(theirs, tables))
    found = compare(points, tables, shared)
    assert set(found.role) == set(tasks)
    assert set(found.role[found.chose]) == chose
    assert found.chose.equals(found.role.isin(chose))


def test_every_claim_with_a_published_value_is_in_a_table_whose_points_are_known():
    claims = yaml.safe_load((ROOT / "paper/claims.yaml").read_text())["claims"]
    tables = {one["tables"][0] for one in claims if "published" in one}
    assert tables == set(POINTS_OF_OURS)


def test_every_published_value_has_an_error_and_is_compared():
    point = ["figure", "quantity", "task", "g", "N"]
    assert not FILE.duplicated(point).any()
    assert (FILE.reading_error.notna() == (FILE.bound == "")).all()
    assert set(FILE.method) == {"digitised", "by eye"}
    assert len(list(figures(FILE))) == FILE.groupby(["figure", "quantity"]).ngroups
