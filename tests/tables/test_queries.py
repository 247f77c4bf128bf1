"""Queries select the rows that pandas would, and evaluate nothing else."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay.storage.errors import InputError
from interplay.tables.queries import select

TABLE = pd.DataFrame(
    {
        "g": [0.0, 0.3, 0.9, np.nan, 1.5],
        "seed": [0, 1, 2, 0, 1],
        "task": ["mante", "romo", "", "mante", "flipflop"],
        "settled": [True, False, True, True, False],
    }
)
OPTIONS = {"seed": 1, "strengths": [0.0, 0.9]}
NESTED = {"of": {"mante": "mante", "romo": "romo"}, "seeds": [[0], [1, 2]]}

NUMBERS = st.sampled_from(["0", "0.3", "0.9", "-1", "1e-1", "2"])
COMPARISONS = st.one_of(
    st.builds("{} {} {}".format, st.sampled_from(["g", "seed"]),
              st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), NUMBERS),
    st.builds("task {} {}".format, st.sampled_from(["==", "!="]),
              st.sampled_from(["'mante'", '"romo"', "''"])),
    st.builds("g {} [{}]".format, st.sampled_from(["in", "not in"]),
              st.lists(NUMBERS, min_size=1, max_size=3).map(", ".join)),
    st.sampled_from(
        ["settled", "g.notna()", "g.isna()", "seed == @seed", "g in @strengths",
         "0 < g < 1", "settled == True", "2 * g < seed", "g >= 0.5 * seed"]
    ),
)  # fmt: skip
QUERIES = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.builds("({}) {} ({})".format, inner, st.sampled_from(["and", "or"]), inner),
        st.builds("{} {} {}".format, inner, st.sampled_from(["and", "or"]), inner),
        st.builds("not ({})".format, inner),
    ),
    max_leaves=6,
)


@given(QUERIES)
@settings(max_examples=300, deadline=None)
def test_rows_are_those_of_pandas(query):
    expected = TABLE.query(query, local_dict=OPTIONS, engine="python")
    pd.testing.assert_frame_equal(select(TABLE, query, **OPTIONS), expected)


@pytest.mark.parametrize(
    "query", ["settled", "not settled and g == 0", "task == 'x'", "2 * g < seed"]
)
def test_a_table_without_rows_has_none_that_are_selected(query, tmp_path):
    TABLE[:0].to_csv(tmp_path / "empty.csv", index=False)
    assert len(select(pd.read_csv(tmp_path / "empty.csv"), query)) == 0


def test_rows_may_share_their_index():
    found = select(
        pd.concat([TABLE, TABLE]), "task == 'mante' and (g == 0 or seed < 0) and settled"
    )
    assert list(found.index) == [0, 0]


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ("task in @of", [0, 1, 3]),
        ("task == @of['romo']", [1]),
        ("seed in @seeds[1]", [1, 2, 4]),
        ("seed == @seeds[1][0]", [1, 4]),
    ],
)
def test_options_may_be_lists_and_mappings(query, lines):
    assert list(select(TABLE, query, **NESTED).index) == lines


@pytest.mark.parametrize(
    "query",
    [
        "@pd.io.common.os.system('true') == g",
        "__import__('os').system('true') == 0",
        "g.map(print)",
        "g.notna",
        "task.str.contains('m')",
        "`g` == 0",
        "g == [0]",
        "g in 0",
        "missing == 1",
        "2 * task == 1",
        "2 * 3 == g",
        "2 * missing < g",
        "seed == @missing",
        "g == @strengths['no']",
        "g in @strengths.copy()",
        "g == 0 and",
        "g",
        "1 == 1",
        "(g == 0",
        "g == 'x' < 1",
        "task < 1",
        "seed and settled",
        "task == 'x' and seed",
        "g == 0; seed == 1",
    ],
)
def test_anything_else_is_refused_in_one_line(query):
    with pytest.raises(InputError, match=r"^query .*: expected [^\n]*$"):
        select(TABLE, query, **OPTIONS)
