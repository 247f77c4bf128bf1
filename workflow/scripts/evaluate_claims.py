"""Measure every claim of the paper, judge it and look for a reason, in each reading."""

import logging

import pandas as pd

from interplay.claims.explanation import explain, read_explanations
from interplay.claims.readings import in_reading
from interplay.claims.statement import read_claims
from interplay.claims.verdict import judge, measure
from interplay.configuration.files import read_yaml
from interplay.nonlinear.settled import with_known_answers, with_selections
from interplay.storage.tables import read_table, write_table
from job import job

logger = logging.getLogger("interplay")

with job(snakemake):
    files, output = snakemake.input, snakemake.output
    readings = snakemake.params.readings
    claims = read_claims(files.claims, read_yaml(files.schema))
    reasons = read_explanations(
        files.explanations,
        read_yaml(files.explanation_schema),
        [claim.id for claim in claims],
        list(readings),
    )
    tables = {
        name: read_table(path)
        for name, path in files.items()
        if name not in ("claims", "schema", "explanations", "explanation_schema")
    }
    largest_rank = tables["nonlinear_truncation"]["rank"].max()
    for name in ("nonlinear", "training"):
        networks = with_selections(tables[name])
        tables[name] = with_known_answers(networks, largest_rank)
    verdicts, measured, explanations = [], [], []
    of_readings = {
        name: {key: in_reading(table, reading) for key, table in tables.items()}
        for name, reading in readings.items()
    }
    for name, of_reading in of_readings.items():
        for claim in claims:
            values = measure(claim, of_reading)
            verdicts.append({"reading": name, **judge(claim, values)})
            measured.append(values.assign(reading=name))
    for name, of_reading in of_readings.items():
        explanations.append(explain(reasons, verdicts, of_reading, name))
    verdicts = pd.DataFrame(verdicts)
    columns = ["id", "reading", *verdicts.columns.drop(["id", "reading"])]
    logger.info("%s", verdicts.groupby("reading").verdict.value_counts().to_dict())
    write_table(verdicts[columns], output.claims)
    write_table(pd.concat(explanations, ignore_index=True), output.explanations)
    filled = [values for values in measured if len(values)]
    columns = ["id", "reading", "part", "seed", "value"]
    write_table(pd.concat(filled, ignore_index=True)[columns], output.measured)
