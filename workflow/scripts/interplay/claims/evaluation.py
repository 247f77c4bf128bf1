"""Evaluate all claims of the paper in every reading."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from interplay.claims.agreement import COMPARED, compare, summary
from interplay.claims.explanation import Explanation, cause_of, explain
from interplay.claims.published import figures, published_tables, shared_points
from interplay.claims.statement import Claim
from interplay.claims.verdict import judge, measure
from interplay.storage.tables import concatenate
from interplay.tables.readings import in_reading


def evaluate(
    claims: Sequence[Claim],
    explanations: Iterable[Explanation],
    tables: Mapping[str, pd.DataFrame],
    readings: Mapping[str, Mapping[str, str]],
    published: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Measure every claim, compare it with the published values, judge and explain it.

    Args:
        claims: those of claims.yaml.
        explanations: those of explanations.yaml.
        tables: by the name that claims use.
        readings: the experiment of each role, by the reading's name.
        published: the table paper/published.csv.

    Returns:
        The tables claims.csv, claims_measured.csv, agreement.csv and explanations.csv.
    """
    of_reading = {
        name: {key: in_reading(table, reading) for key, table in tables.items()}
        for name, reading in readings.items()
    }
    as_tables = published_tables(published, tables)
    verdicts, measured, compared = [], [], []
    for name, rows in of_reading.items():
        shared = shared_points(rows, as_tables)
        for points in figures(published):
            found = compare(points, rows, shared)
            compared.append(found.assign(id=points.id, reading=name))
        for claim in claims:
            values, found = measure(claim, rows), compare(claim, rows, shared)
            row = judge(claim, values) | summary(claim, found, as_tables)
            verdicts.append({"id": claim.id, "reading": name, **row})
            compared.append(found.assign(id=claim.id, reading=name))
            # The dtypes of an empty table would change those of the others.
            if len(values):
                measured.append(values.assign(reading=name))
    # An explanation may rest on the verdicts of another reading.
    reasons = [
        explain(explanations, verdicts, rows, name) for name, rows in of_reading.items()
    ]
    explained = pd.concat(reasons, ignore_index=True)
    verdicts = [row | {"cause": cause_of(row, explained)} for row in verdicts]
    values = pd.concat(measured, ignore_index=True)
    agreement = concatenate(compared)
    return (
        pd.DataFrame(verdicts),
        values[["id", "reading", "part", "seed", "value"]],
        agreement[["id", "reading", *COMPARED]],
        explained,
    )
