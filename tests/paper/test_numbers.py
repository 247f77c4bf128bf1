"""The numbers of the paper's text: counted, averaged and compared as their labels say."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from interplay.paper.labels import configured, labels
from interplay.paper.numbers import collect, of_supplement
from interplay.paper.published import against_published, lstm_spectra
from interplay.storage.tables import read_table
from interplay.tables.networks import with_decisions
from interplay.tables.queries import select
from tests.paper.tables import SUPPLEMENT

ROOT = Path(__file__).parents[2]
COMPUTED = {
    r"number of rows": len,
    r"number of rows where (\w+)": lambda rows, column: rows[column].sum(),
    r"number of different values of (\w+)": lambda rows, column: rows[column].nunique(),
    r"first value of (\w+)": lambda rows, column: rows[column].iloc[0],
    r"mean of (\w+)": lambda rows, column: rows[column].mean(),
    r"mean of (\w+) / (\w+)": lambda rows, a, b: (rows[a] / rows[b]).mean(),
}
"""how to compute a number from its rows, by its formula"""

PUBLISHED = pd.DataFrame(
    [
        ("norm_dW", "flipflop", 0.0, 2.0, ""),
        ("norm_dW", "flipflop", 0.9, 1.0, ""),
        ("norm_dW", "flipflop", 1.5, 1.0, "above"),
        ("shuffle_loss_ratio", "flipflop", 0.9, 0.5, ""),
        ("functional_rank_rank0", "flipflop", 0.9, 6.0, ""),
    ],
    columns=["quantity", "task", "g", "value", "bound"],
).assign(figure="Fig. 2")


def networks_of(experiment, norms, **columns):
    rows = pd.DataFrame({"experiment": experiment, "task": "flipflop", "norm_dW": norms})
    others = {
        "g": [0.0, 0.0, 0.9, 1.5][: len(norms)], "convergence_epoch": 9.0, "settled": True,
        "shuffle_loss_ratio": 0.7, "functional_rank_rank0": 7.0,
    }  # fmt: skip
    return rows.assign(**others | columns)


def value_of(table):
    return table.set_index("label").value.to_dict()


def test_medians_over_g_compare_means_of_settled_networks_with_published_values():
    near = networks_of("near", [2.0, 4.0, 1.1, 9.0])
    lost = networks_of("near", [99.0], settled=False)
    far = networks_of("far", [1.0, 1.0, 3.0, 9.0], functional_rank_rank0=6.0)
    readings = {"first": {"flipflop": "near"}, "second": {"flipflop": "far"}}
    values = value_of(
        against_published(pd.concat([near, lost, far]), PUBLISHED, readings)
    )
    assert values["published/near/norm_dW"] == pytest.approx((3 / 2 + 1.1) / 2)
    assert values["published/near/shuffle_loss_ratio"] == pytest.approx(0.2)
    assert values["published/near/functional_rank"] == 1
    assert values["published/far/functional_rank"] == 0
    assert "published/near/convergence_epoch" not in values
    # The norm is nearer, the rank farther, the shuffled loss the same. Ranks alone are a test.
    assert (values["published/nearer"], values["published/farther"]) == (1, 1)
    assert (values["published/test/nearer"], values["published/test/farther"]) == (0, 1)


def test_readings_with_the_same_networks_are_not_compared():
    readings = {"first": {"flipflop": "near"}, "second": {"flipflop": "near"}}
    values = value_of(against_published(networks_of("near", [1.0]), PUBLISHED, readings))
    assert (values["published/nearer"], values["published/farther"]) == (0, 0)


def test_singular_values_are_compared_with_published_ones_and_bounds():
    weights = {"layer": 1, "weight": "input", "matrix": "dW"}
    spectrum = pd.DataFrame(
        {"experiment": "lstm", **weights, "index": [1, 1, 10], "value": [1.0, 3.0, 0.5]}
    )
    published = pd.DataFrame(
        {**weights, "index": [1, 10], "value": [4.0, 0.7], "bound": ["", "below"]}
    )
    values = value_of(lstm_spectra(spectrum, published))
    assert values == {
        "spectrum/lstm/median": 0.5, "spectrum/lstm/min": 0.5, "spectrum/lstm/max": 0.5,
        "spectrum/lstm/bounds": 1, "spectrum/lstm/below": 1,
    }  # fmt: skip


def test_numbers_of_the_supplement_count_networks_and_average_over_them():
    values = value_of(of_supplement(SUPPLEMENT, 256))
    assert values["training/gradient descent/without/networks"] == 2
    assert values["training/gradient descent/without/converged"] == 0
    assert values["training/flipflop_descent/without/final over initial"] == 0.75
    assert values["training/flipflop_descent/with/converged"] == 1
    assert values["scaling/sizes"] == "64, 256"
    assert values["scaling/slowdown"] == 2
    assert (values["scaling/lowest rank"], values["scaling/highest rank"]) == (2, 3.5)
    assert "cosine/0/convergence_epoch" not in values
    assert [values[f"cosine/{g}/convergence_epoch"] for g in (1, 2)] == [3, 5]
    assert values["divergence/strong/networks"] == 2
    assert values["divergence/strong/diverged"] == 1
    assert values["divergence/weak/diverged"] == 0


def test_the_rows_of_a_number_can_be_selected():
    numbers = of_supplement(SUPPLEMENT, 256)
    for number in numbers[numbers.rows != ""].itertuples():
        table = SUPPLEMENT[number.table.removesuffix(".csv")]
        assert len(table.query(number.rows)) > 0


def archived_numbers():
    """Collect the numbers of the archived run from its tables."""
    folder = ROOT / "paper/results"
    receipts = map(json.loads, (folder / "receipts.jsonl").read_text().splitlines())
    made = next(one for one in receipts if one.get("rule") == "collect_numbers")
    files = {Path(path).name: path for path in made["inputs"]}
    names = {
        "curves": "sentiment_distance.csv", "data": "sentiment_data.csv",
        "published_spectrum": "published_lstm_spectrum.csv",
        "spectrum": "sentiment_spectrum.parquet",
    }  # fmt: skip
    for name in ("nonlinear", "sentiment", "claims", "rate", "outbreaks", "training",
                 "scaling", "cosine", "divergence", "published"):  # fmt: skip
        names[name] = f"{name}.csv"
    tables = {
        name: read_table(
            folder / "tables" / file if "tables/" in files[file] else ROOT / files[file]
        )
        for name, file in names.items()
    }
    tables["nonlinear"] = with_decisions(tables["nonlinear"], 25)
    # The archived table has a row per network, and no others.
    tables["outbreaks"] = tables["outbreaks"].assign(shared_g=True)
    parameters = made["parameters"]
    source = (ROOT / "paper/paper.typ").read_text()
    options = parameters["configuration"], parameters["readings"], {}
    return tables, names, collect(tables, source, *options)


def test_every_number_has_a_formula_and_most_can_be_computed_by_it():
    tables, names, numbers = archived_numbers()
    by_file = {file: tables[name] for name, file in names.items()}
    computed = set()
    for number in numbers.itertuples():
        assert number.formula, number.label
        for formula, compute in COMPUTED.items():
            if found := re.fullmatch(formula, number.formula):
                rows = select(by_file[number.table], number.rows)
                value = compute(rows, *found.groups())
                expected = value if isinstance(value, str) else pytest.approx(value)
                assert number.value == expected, number.label
                computed.add(formula)
    assert computed == set(COMPUTED)


def test_the_labels_of_a_text_are_those_that_it_shows():
    text = (
        'With $N =$ #num("a/N") and #as-percentage("b") of #num("a/N"), #measured("c"), '
        'num-or-dash("d"), known("e")'
    )
    assert labels(text) == ["a/N", "b", "d"]


def test_lists_of_the_configuration_have_ends_and_a_count():
    table = configured({"a": {"g": [0.0, 0.3]}, "b": [{"zhat": 2.0}]})
    values = table.set_index("label").value.to_dict()
    assert values == {
        "a/g": "0.0, 0.3", "a/g/count": 2, "a/g/first": 0.0, "a/g/last": 0.3,
        "b/0/zhat": 2.0,
    }  # fmt: skip
