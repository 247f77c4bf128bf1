"""Measure the networks of one task at one g."""

from dataclasses import fields

import pandas as pd

from interplay.kernels.denormals import flush_denormals
from interplay.nonlinear.measurements import Findings, analyse
from interplay.storage.tables import write_table
from job import job
from trained import read_trained

with job(snakemake) as log:
    params, files = snakemake.params, snakemake.input
    flush_denormals()
    findings = []
    for each in zip(files.networks, files.losses, files.records, strict=True):
        trained = read_trained(*each)
        if trained.diverged:
            log(f"left out, since its training diverged: {each[0]}")
        findings.append(
            analyse(trained, params.test_trials, params.largest_rank, params.threshold)
        )
    for field in fields(Findings):
        table = pd.concat([getattr(one, field.name) for one in findings])
        write_table(table, snakemake.output[field.name])
