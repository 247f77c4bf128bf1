"""Measure the claims in the tables, and judge each.

A part of a claim has one value per seed. The part meets the expectation fully if the mean
of its values does and at least half of the values do; it meets the expectation in part if
only one of the two is true. A claim *holds* if all of its parts meet the expectation fully,
*fails* if no part meets it even in part, and *holds partly* otherwise. A claim without any
values is *not tested*. A claim holds at most partly if a named part of it (a task, a way of
training) has no value for any g.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from interplay.claims.quantities import quantity
from interplay.claims.statement import Claim, Expected
from interplay.storage.errors import InputError
from interplay.tables.queries import select

HOLDS, PARTLY, FAILS, NOT_TESTED = "holds", "holds partly", "fails", "not tested"

MEASURED = ["id", "part", "seed", "value"]


def measure(claim: Claim, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Measure a claim's quantity, for each part and seed.

    Args:
        claim: the statement.
        tables: by name, as the claims name them.

    Returns:
        id, part, seed, value; one row for each seed of a part, or one for the part if the
        claim pools the seeds. `value` is NaN where the tables have no answer.

    Raises:
        InputError: the claim names a quantity or a table that does not exist.
    """
    if claim.not_tested:
        return pd.DataFrame(columns=MEASURED)
    try:
        function = quantity(claim.quantity)
    except InputError as error:
        raise InputError(f"claim {claim.id}: {error}") from None
    (name,) = claim.tables
    if name not in tables:
        raise InputError(
            f"claim {claim.id}: expected a table of {sorted(tables)}, found {name}"
        )
    rows = tables[name]
    rows = select(rows, claim.rows)
    by = [*claim.each, *([] if claim.pooled else ["seed"])]
    known = _groups(select(rows, claim.known), by)
    values = [
        {
            "id": claim.id,
            "part": part_name(dict(zip(claim.each, key, strict=False))),
            "seed": None if claim.pooled else key[-1],
            "value": function(known[key], **claim.options) if key in known else np.nan,
        }
        for key in _groups(rows, by)
    ]
    return pd.DataFrame(values, columns=MEASURED)


def _groups(rows: pd.DataFrame, by: list[str]) -> dict[Any, pd.DataFrame]:
    """Return the rows of each group by its key; all rows under () if there is nothing to."""
    return dict(iter(rows.groupby(by, sort=False))) if by else {(): rows}


def part_name(part: Mapping[str, Any]) -> str:
    """Name a part of a claim: strings as they are, numbers with their column."""
    words = [
        value if isinstance(value, str) else f"{column} = {value:g}"
        for column, value in part.items()
    ]
    return ", ".join(words)


def unanswered(measured: pd.DataFrame) -> list[str]:
    """Return the named parts of a claim that have no value, whatever the numbers in them.

    Args:
        measured: the table that `measure` returned.
    """
    words = measured.part.map(
        lambda part: ", ".join(word for word in part.split(", ") if " = " not in word)
    )
    answered = measured.value.notna().groupby(words, sort=False).any()
    return [name for name, known in answered.items() if name and not known]


def judge(claim: Claim, measured: pd.DataFrame) -> dict[str, object]:
    """Judge a claim by its measured values.

    Args:
        claim: the statement.
        measured: the table that `measure` returned.

    Returns:
        A row of claims.csv. `measured`, `spread` (standard deviation over seeds, 0 for one
        seed, infinite if a value is, NaN if the seeds are pooled) and `seeds` (number of
        values: 1 if the seeds are pooled) belong to the part with the smallest margin, named
        by `part`; `met` of `parts` with a value meet the expectation fully.
    """
    known = measured[measured.value.notna()]
    parts = {part: group.value for part, group in known.groupby("part", sort=False)}
    row: dict[str, object] = {
        "id": claim.id,
        "where": claim.where,
        "claim": claim.claim,
        "kind": claim.kind,
        "quantity": claim.quantity,
        "expected": "" if claim.not_tested else str(claim.expected),
        "part": "",
        "measured": np.nan,
        "spread": np.nan,
        "seeds": 0,
        "met": 0,
        "parts": len(parts),
        "verdict": NOT_TESTED,
        "tables": " ".join(claim.tables),
        "rows": claim.query,
        "reason": claim.not_tested,
    }
    if not parts:
        row["reason"] = claim.not_tested or "the tables have no rows for it"
        return row
    scores = [_score(claim.expected, values) for values in parts.values()]
    worst = min(parts, key=lambda part: claim.expected.margin(parts[part].mean()))
    values = parts[worst]
    verdict, open_parts = PARTLY, unanswered(measured)
    if all(score == 1 for score in scores) and not open_parts:
        verdict = HOLDS
    elif not any(scores):
        verdict = FAILS
    if open_parts:
        row["reason"] = f"no answer for: {'; '.join(open_parts)}"
    return row | {
        "part": worst,
        "measured": values.mean(),
        "spread": _spread(values, claim.pooled),
        "seeds": len(values),
        "met": scores.count(1),
        "verdict": verdict,
    }


def _spread(values: pd.Series, pooled: bool) -> float:
    if len(values) == 1:
        return np.nan if pooled else 0.0
    return float(values.std()) if np.isfinite(values).all() else np.inf


def _score(expected: Expected, values: pd.Series) -> float:
    """Return 1 if the values meet the expectation fully, 1/2 if in part, 0 if not."""
    met = [value in expected for value in values]
    on_average, mostly = values.mean() in expected, sum(met) >= len(met) / 2
    return (int(on_average) + int(mostly)) / 2
