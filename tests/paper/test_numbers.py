"""The numbers of the paper's text: computed from their rows and by their formula."""

import re
from pathlib import Path

import pandas as pd
import pytest

from interplay.configuration.files import read_yaml
from interplay.nonlinear import outbreaks as interventions
from interplay.nonlinear.measurements import learning
from interplay.paper.formulas import evaluate
from interplay.paper.labels import configured, labels
from interplay.paper.numbers import Number, collect, read_numbers
from interplay.storage.errors import InputError
from interplay.storage.tables import read_table
from interplay.tables import outbreaks
from interplay.tables.published import lstm_singular_values

ROOT = Path(__file__).parents[2]
SCHEMA = read_yaml(ROOT / "workflow/schemas/numbers.schema.yaml")
NUMBERS = read_numbers(ROOT / "paper/numbers.yaml", SCHEMA)
TEXT = (ROOT / "paper/paper.typ").read_text()

ROWS = pd.DataFrame(
    {
        "g": [0.0, 0.0, 0.9, 0.9],
        "rank": [2.0, 4.0, None, 9.0],
        "epochs": [10.0, 20.0, 30.0, 90.0],
        "converged": [True, True, False, True],
        "name": ["a", "b", "b", "b"],
    }
)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("number of rows", 4),
        ("number of rows where converged", 3),
        ("number of different values of name", 2),
        ("different values of g", "0, 0.9"),
        ("first value of name", "a"),
        ("sum of rank", 15),
        ("mean of rank", 5),
        ("mean of rank / epochs", (0.2 + 0.2 + 0.1) / 3),
        ("mean of rank weighted by epochs", (20 + 80 + 810) / 120),
        ("median of epochs", 25),
        ("smallest rank", 2),
        ("largest rank / epochs", 0.2),
        ("smallest mean of epochs by g", 15),
        ("largest mean of epochs by g", 60),
        ("g with the smallest mean of epochs", 0.0),
        ("standard error of rank", (13 / 3) ** 0.5),
    ],
)
def test_a_formula_is_computed_as_it_says(formula, value):
    assert evaluate(formula, ROWS) == (
        value if isinstance(value, str) else pytest.approx(value)
    )


def test_a_number_without_rows_is_unknown_and_a_count_of_none_is_zero():
    nothing = ROWS[ROWS.g > 1]
    assert evaluate("mean of rank", nothing) is None
    assert evaluate("mean of rank", ROWS[ROWS["rank"].isna()]) is None
    assert evaluate("sum of rank", ROWS[ROWS["rank"].isna()]) is None
    assert evaluate("standard error of rank", ROWS.head(1)) is None
    assert evaluate("number of rows", nothing) == 0
    assert evaluate("number of rows where converged", nothing) == 0


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (
            "mean of height",
            "formula 'mean of height': expected a column of the table, found",
        ),
        ("mean of rank / height", "expected a column of the table, found 'height'"),
        ("maximum of rank", "formula 'maximum of rank': expected one of number of rows;"),
    ],
)
def test_a_formula_that_cannot_be_computed_is_named(formula, message):
    with pytest.raises(InputError) as error:
        evaluate(formula, ROWS)
    assert message in str(error.value)


def numbers_in(folder, text):
    path = folder / "numbers.yaml"
    path.write_text(f"numbers:\n{text}")
    return read_numbers(path, SCHEMA)


def test_an_entry_defines_a_number_for_each_combination_of_its_names(tmp_path):
    found = numbers_in(
        tmp_path,
        "  '{what}/g{g}':\n"
        "    for: { what: { rank: functional_rank, time: epochs }, g: [0, 0.9] }\n"
        "    table: nonlinear.csv\n"
        "    rows: g == {g}\n"
        "    value: mean of {what}\n",
    )
    assert found == [
        Number(f"{word}/g{g}", "nonlinear.csv", f"g == {g}", f"mean of {column}")
        for word, column in (("rank", "functional_rank"), ("time", "epochs"))
        for g in ("0", "0.9")
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("  a: { table: a.csv }\n", "numbers/a: "),
        ("  a: { table: a.txt, value: number of rows }\n", "numbers/a/table: "),
        (
            "  a1: { table: a.csv, value: number of rows }\n"
            "  'a{n}': { for: { n: [1] }, table: a.csv, value: number of rows }\n",
            "expected each label once, found a1 twice",
        ),
    ],
)
def test_a_wrong_definition_is_named(tmp_path, text, message):
    with pytest.raises(InputError) as error:
        numbers_in(tmp_path, text)
    assert message in str(error.value)


def test_numbers_of_the_text_are_collected_with_their_source():
    numbers = [
        Number("rank/0", "t.csv", "g == 0", "mean of rank"),
        Number("rank/0/error", "t.csv", "g == 0", "standard error of rank"),
        Number("not shown", "t.csv", "", "number of rows"),
        Number("absent", "other.csv", "", "number of rows"),
        Number("no rows", "t.csv", "g == 5", "mean of rank"),
    ]
    text = '#pm("rank/0") #num("absent") #num("no rows") #num("N") #num("rates/a")'
    configuration = {"N": 256, "unused": 1, "rates": {"a": 0.03}}
    found = collect({"t.csv": ROWS}, numbers, text, configuration, {"rates/a": "a/b"})
    assert found.to_dict("list") == {
        "label": ["N", "rates/a", "rank/0", "rank/0/error"],
        "value": [256, 0.03, 3, 1],
        "table": ["config.yaml", "config.yaml", "t.csv", "t.csv"],
        "rows": ["N", "a/b", "g == 0", "g == 0"],
        "formula": ["the value", "the value", "mean of rank", "standard error of rank"],
    }


def test_an_error_names_the_number():
    numbers = [Number("a", "t.csv", "height > 2", "number of rows")]
    with pytest.raises(InputError, match=r"paper/numbers.yaml: a: query 'height > 2'"):
        collect({"t.csv": ROWS}, numbers, '#num("a")', {}, {})


def test_the_text_shows_a_number_of_each_entry():
    entries = read_yaml(ROOT / "paper/numbers.yaml")["numbers"]
    shown = set(labels(TEXT, [number.label for number in NUMBERS]))
    for label, entry in entries.items():
        one = {label: entry}
        of_entry = {number.label for number in NUMBERS if _belongs(number.label, one)}
        assert of_entry & shown, label


def _belongs(label, entry):
    (pattern,) = entry
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", ".*", re.escape(pattern)), label)


def test_numbers_of_published_values_can_be_computed():
    for number in NUMBERS:
        path = ROOT / "paper" / number.table
        if path.is_file():
            (value,) = collect(
                {number.table: read_table(path)},
                [number],
                f'num("{number.label}")',
                {},
                {},
            ).value
            assert float(value) > 0


def test_the_labels_of_a_text_are_those_that_it_shows():
    text = (
        'With $N =$ #num("a/N") and #as-percentage("b") of #num("a/N"), #measured("c"), '
        'num-or-dash("d"), known("e"), #pm("f"), num-or-dash("x/" + task + "/y"), num(it)'
    )
    shown = ["a/N", "b", "d", "f", "f/error", "x/romo/y"]
    others = ["a", "a/N/error", "c", "e", "bb", "x/romo/y/z", "x/romo/g/y", "it"]
    assert labels(text, [*others, *shown]) == shown


def test_lists_of_the_configuration_have_ends_and_a_count():
    table = configured({"a": {"g": [0.0, 0.3]}, "b": [{"zhat": 2.0}]})
    values = table.set_index("label").value.to_dict()
    assert values == {
        "a/g": "0.0, 0.3", "a/g/count": 2, "a/g/first": 0.0, "a/g/last": 0.3,
        "b/0/zhat": 2.0,
    }  # fmt: skip


def test_singular_values_are_compared_with_published_ones_and_bounds():
    weights = {"layer": 1, "weight": "input", "matrix": "dW"}
    spectrum = pd.DataFrame(
        {"experiment": "lstm", **weights, "index": [1, 1, 10], "value": [1.0, 3.0, 0.5]}
    )
    published = pd.DataFrame(
        {**weights, "index": [1, 10], "value": [4.0, 0.7], "bound": ["", "below"]}
    )
    found = lstm_singular_values(spectrum, published)
    assert found.measured.tolist() == [2.0, 0.5]
    assert found.ratio.tolist() == pytest.approx([0.5, 0.5 / 0.7])
    assert found.below.tolist() == [True, True]


def test_constants_of_the_text_are_those_of_the_code():
    defined = read_table(ROOT / "paper/defined.csv").set_index("quantity").value
    assert defined.to_dict() == {
        "learned": learning.LEARNED,
        "followed": learning.FOLLOWED,
        "lasting": learning.LASTING * learning.FOLLOWED,
        "long": outbreaks.LONG,
        "clip": interventions.CLIP,
        "others": interventions.OTHERS,
    }
