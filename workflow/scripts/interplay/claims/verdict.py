"""Measuring the claims in the tables, and judging each.

The values of a part of a claim, one a seed, meet what is expected fully if their mean
does and at least half of them do, in part if only one of both is so. A claim *holds* if
all of its parts meet it fully, *fails* if none does even in part, and *holds partly*
otherwise. Parts that the tables cannot tell anything of are left out; a claim that has
no other is *not tested*.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from interplay.claims import quantities
from interplay.claims.statement import Claim, Expected
from interplay.storage.errors import InputError

HOLDS, PARTLY, FAILS, NOT_TESTED = "holds", "holds partly", "fails", "not tested"

MEASURED = ["id", "part", "seed", "value"]


def measure(claim: Claim, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Measure a claim's quantity, for each part and seed.

    Args:
        claim: the statement.
        tables: by name, as the claims name them.

    Returns:
        id, part, seed, value; one row a seed of a part. `value` is NaN where the
        tables do not tell it.

    Raises:
        InputError: the claim names a function or a table that is not there.
    """
    if claim.not_tested:
        return pd.DataFrame(columns=MEASURED)
    function = getattr(quantities, claim.quantity, None)
    if function is None or claim.quantity.startswith("_"):
        raise InputError(f"claim {claim.id}: expected a quantity, found {claim.quantity}")
    for name in claim.tables:
        if name not in tables:
            raise InputError(
                f"claim {claim.id}: expected a table of {sorted(tables)}, found {name}"
            )
    first, *others = claim.tables
    rows = tables[first]
    rows = rows.query(claim.rows) if claim.rows else rows
    beside = {name: tables[name] for name in others}
    by = [*claim.each, "seed"]
    found = [
        {
            "id": claim.id,
            "part": part_name(dict(zip(claim.each, key, strict=False))),
            "seed": key[-1],
            "value": function(group, **beside, **claim.options),
        }
        for key, group in rows.groupby(by, sort=False)
    ]
    return pd.DataFrame(found, columns=MEASURED)


def part_name(part: Mapping[str, Any]) -> str:
    """Name a part of a claim: strings as they are, numbers with their column."""
    words = [
        value if isinstance(value, str) else f"{column} = {value:g}"
        for column, value in part.items()
    ]
    return ", ".join(words)


def judge(claim: Claim, measured: pd.DataFrame) -> dict[str, object]:
    """Judge a claim by what `measure` found.

    Returns:
        A row of claims.csv. Of several parts, `measured`, `spread` (standard
        deviation over seeds, 0 for one) and `seeds` are of the one that lies least
        well within what is expected, named by `part`; `met` of `parts` were met.
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
        "rows": claim.rows,
        "reason": claim.not_tested,
    }
    if not parts:
        row["reason"] = claim.not_tested or "the tables have no rows for it"
        return row
    scores = [_score(claim.expected, values) for values in parts.values()]
    worst = min(parts, key=lambda part: claim.expected.margin(parts[part].mean()))
    values = parts[worst]
    verdict = PARTLY
    if all(score == 1 for score in scores):
        verdict = HOLDS
    elif not any(scores):
        verdict = FAILS
    return row | {
        "part": worst,
        "measured": values.mean(),
        "spread": values.std() if len(values) > 1 else 0.0,
        "seeds": len(values),
        "met": scores.count(1),
        "verdict": verdict,
    }


def _score(expected: Expected, values: pd.Series) -> float:
    """Return 1 if the values meet what is expected, 1/2 if in part, 0 if not."""
    met = [value in expected for value in values]
    on_average, mostly = values.mean() in expected, sum(met) >= len(met) / 2
    return (int(on_average) + int(mostly)) / 2
