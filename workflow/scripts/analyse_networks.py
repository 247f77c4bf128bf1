"""Measure the networks of one task at one g."""

from dataclasses import fields

import pandas as pd
import torch

from interplay.analysis import Findings, analyse, trained_network
from interplay.files import read_json
from interplay.storage import read_arrays, read_table, write_table
from job import job

with job(snakemake) as log:
    params, files = snakemake.params, snakemake.input
    torch.set_num_threads(snakemake.threads)
    torch.set_flush_denormal(True)
    findings = []
    for network, loss, record in zip(
        files.networks, files.losses, files.records, strict=True
    ):
        trained = trained_network(
            read_json(record), read_arrays(network), read_table(loss)["loss"].to_numpy()
        )
        if trained.diverged:
            log(f"left out, since its training diverged: {network}")
        findings.append(
            analyse(trained, params.test_trials, params.largest_rank, params.threshold)
        )
    for field in fields(Findings):
        table = pd.concat([getattr(one, field.name) for one in findings])
        write_table(table, snakemake.output[field.name])
