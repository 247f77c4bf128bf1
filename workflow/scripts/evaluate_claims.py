"""Measure every claim of the paper, judge it and look for a reason, in each reading."""

import logging

from interplay.claims.evaluation import evaluate
from interplay.claims.explanation import read_explanations
from interplay.claims.statement import read_claims
from interplay.configuration.files import read_yaml
from interplay.storage.tables import read_table, write_table
from job import job

STATED = ("claims", "schema", "explanations", "explanation_schema")
"""inputs that are no tables"""

logger = logging.getLogger("interplay")


def evaluate_claims(files, output, readings) -> None:
    """Read the inputs, `evaluate` the claims, and write the tables; all are paths by name."""
    claims = read_claims(files["claims"], read_yaml(files["schema"]))
    explanations = read_explanations(
        files["explanations"],
        read_yaml(files["explanation_schema"]),
        [claim.id for claim in claims],
        list(readings),
    )
    tables = {n: read_table(path) for n, path in files.items() if n not in STATED}
    verdicts, measured, reasons = evaluate(claims, explanations, tables, readings)
    logger.info("%s", verdicts.groupby("reading").verdict.value_counts().to_dict())
    write_table(verdicts, output["claims"])
    write_table(measured, output["measured"])
    write_table(reasons, output["explanations"])


if __name__ == "__main__":
    with job(snakemake):
        evaluate_claims(snakemake.input, snakemake.output, snakemake.params.readings)
