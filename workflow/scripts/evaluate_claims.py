"""Measure every claim of the paper in the tables, and judge it."""

import pandas as pd
import yaml

from interplay.claims.statement import read_claims
from interplay.claims.verdict import judge, measure
from interplay.nonlinear.settled import with_complete
from interplay.storage.tables import read_table, write_table
from job import job

with job(snakemake) as log:
    files, output = snakemake.input, snakemake.output
    with open(files.schema) as file:
        claims = read_claims(files.claims, yaml.safe_load(file))
    tables = {
        name: read_table(path)
        for name, path in files.items()
        if name not in ("claims", "schema")
    }
    tables["nonlinear"] = with_complete(tables["nonlinear"])
    measured = {claim.id: measure(claim, tables) for claim in claims}
    verdicts = pd.DataFrame([judge(claim, measured[claim.id]) for claim in claims])
    log(verdicts.verdict.value_counts().to_dict())
    write_table(verdicts, output.claims)
    found = [table for table in measured.values() if len(table)]
    write_table(pd.concat(found, ignore_index=True), output.measured)
