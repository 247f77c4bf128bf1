"""Evaluate all claims of the paper in every reading."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from interplay.claims.explanation import Explanation, explain
from interplay.claims.statement import Claim
from interplay.claims.verdict import judge, measure
from interplay.tables.readings import in_reading


def evaluate(
    claims: Sequence[Claim],
    explanations: Iterable[Explanation],
    tables: Mapping[str, pd.DataFrame],
    readings: Mapping[str, Mapping[str, str]],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Measure every claim, judge it and look for a reason, in each reading.

    Args:
        claims: those of claims.yaml.
        explanations: those of explanations.yaml.
        tables: by the name that claims use.
        readings: the experiment of each role, by the reading's name.

    Returns:
        The tables claims.csv, claims_measured.csv and explanations.csv.
    """
    of_reading = {
        name: {key: in_reading(table, reading) for key, table in tables.items()}
        for name, reading in readings.items()
    }
    verdicts, measured = [], []
    for name, rows in of_reading.items():
        for claim in claims:
            values = measure(claim, rows)
            verdicts.append({"id": claim.id, "reading": name, **judge(claim, values)})
            # The dtypes of an empty table would change those of the others.
            if len(values):
                measured.append(values.assign(reading=name))
    # An explanation may rest on the verdicts of another reading.
    reasons = [
        explain(explanations, verdicts, rows, name) for name, rows in of_reading.items()
    ]
    values = pd.concat(measured, ignore_index=True)
    return (
        pd.DataFrame(verdicts),
        values[["id", "reading", "part", "seed", "value"]],
        pd.concat(reasons, ignore_index=True),
    )
