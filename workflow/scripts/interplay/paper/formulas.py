"""Formulas of the article's numbers: how the rows of a table become one number.

A formula is a sentence in one of the forms of `FORMS`. The same words tell a reader how the
number was computed.
"""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from interplay.storage.errors import InputError


def _values(rows: pd.DataFrame, quantity: str) -> pd.Series:
    """Return a column, or the ratio of two, without missing values."""
    over, _, under = quantity.partition(" / ")
    values = rows[over] / rows[under] if under else rows[over]
    return values.dropna()


def _of_values(compute: Callable[[pd.Series], object]) -> Callable[..., object]:
    return lambda rows, quantity: compute(_values(rows, quantity))


def _listed(values: pd.Series) -> str:
    return ", ".join(f"{one:g}" for one in sorted(values.unique()))


QUANTITY = r"(\w+(?: / \w+)?)"

FORMS: dict[str, Callable[..., object]] = {
    r"number of rows": len,
    r"number of rows where (\w+)": lambda rows, column: int(rows[column].sum()),
    r"number of different values of (\w+)": lambda rows, name: rows[name].nunique(),
    r"different values of (\w+)": lambda rows, column: _listed(rows[column]),
    r"first value of (\w+)": lambda rows, column: rows[column].iloc[0],
    r"sum of (\w+)": _of_values(lambda values: values.sum(min_count=1)),
    rf"mean of {QUANTITY}": _of_values(pd.Series.mean),
    r"mean of (\w+) weighted by (\w+)": lambda rows, column, by: (
        (rows[column] * rows[by]).sum() / rows[by][rows[column].notna()].sum()
    ),
    rf"median of {QUANTITY}": _of_values(pd.Series.median),
    rf"smallest {QUANTITY}": _of_values(pd.Series.min),
    rf"largest {QUANTITY}": _of_values(pd.Series.max),
    r"smallest mean of (\w+) by (\w+)": lambda rows, column, by: (
        rows.groupby(by)[column].mean().min()
    ),
    r"largest mean of (\w+) by (\w+)": lambda rows, column, by: (
        rows.groupby(by)[column].mean().max()
    ),
    r"(\w+) with the smallest mean of (\w+)": lambda rows, by, column: (
        rows.groupby(by)[column].mean().idxmin()
    ),
    rf"standard error of {QUANTITY}": _of_values(pd.Series.sem),
}
"""form of a formula, as a regular expression: how to compute it from the rows"""


def evaluate(formula: str, rows: pd.DataFrame) -> object:
    """Return the number that a formula gives for rows of a table.

    Args:
        formula: in one of the forms of `FORMS`, with names of columns.
        rows: of the table.

    Returns:
        The value; None if there are no rows, or only rows without a value, to compute it
        from. A number of rows is 0 then.

    Raises:
        InputError: the formula has another form, or names no column of the table.
    """
    for form, compute in FORMS.items():
        if (found := re.fullmatch(form, formula)) is None:
            continue
        names = [name for part in found.groups() for name in part.split(" / ")]
        if unknown := [name for name in names if name not in rows]:
            raise InputError(
                f"formula {formula!r}: expected a column of the table, found {unknown[0]!r}"
            )
        if rows.empty and not formula.startswith("number of"):
            return None
        value = compute(rows, *found.groups())
        return None if isinstance(value, float) and np.isnan(value) else value
    raise InputError(f"formula {formula!r}: expected one of {'; '.join(FORMS)}")
