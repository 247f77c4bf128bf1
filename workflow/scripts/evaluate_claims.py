"""Measure, compare, judge and explain every claim of the paper, in each reading."""

import logging

from interplay.claims.evaluation import evaluate
from interplay.claims.explanation import read_explanations
from interplay.claims.statement import read_claims
from interplay.configuration.files import read_yaml
from interplay.storage.tables import read_table, write_table
from job import script

STATED = ("claims", "schema", "explanations", "explanation_schema")
"""inputs that are no tables"""

logger = logging.getLogger("interplay")


@script
def main(input, output, params):
    """Read the inputs, `evaluate` the claims, and write the tables."""
    claims = read_claims(input.claims, read_yaml(input.schema))
    explanations = read_explanations(
        input.explanations,
        read_yaml(input.explanation_schema),
        [claim.id for claim in claims],
        list(params.readings),
    )
    tables = {n: read_table(path) for n, path in input.items() if n not in STATED}
    published = tables.pop("published")
    made = evaluate(claims, explanations, tables, params.readings, published)
    by_reading = made[0].groupby("reading")
    for answer in ("agreement", "verdict"):
        logger.info("%s", by_reading[answer].value_counts().to_dict())
    names = ("claims", "measured", "agreement", "explanations")
    for name, table in zip(names, made, strict=True):
        write_table(table, output[name])
