"""Run one trained network on its task's example trial."""

import torch

from interplay.analysis import example_trial, trained_network
from interplay.files import read_json
from interplay.storage import read_arrays, read_table, write_table
from job import job

with job(snakemake):
    torch.set_num_threads(snakemake.threads)
    files = snakemake.input
    trained = trained_network(
        read_json(files.record),
        read_arrays(files.network),
        read_table(files.loss)["loss"].to_numpy(),
    )
    write_table(example_trial(trained), snakemake.output.trial)
