"""Run one trained network on its task's example trial."""

import torch

from interplay.analysis import example_trial
from interplay.storage import write_table
from job import job
from trained import read_trained

with job(snakemake):
    torch.set_num_threads(snakemake.threads)
    files = snakemake.input
    trained = read_trained(files.network, files.loss, files.record)
    write_table(example_trial(trained), snakemake.output.trial)
