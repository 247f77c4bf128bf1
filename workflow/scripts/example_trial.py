"""Run one trained network on its task's example trial."""

from interplay.nonlinear.measurements import example_trial
from interplay.storage.tables import write_table
from job import job
from trained import read_trained

with job(snakemake):
    files = snakemake.input
    trained = read_trained(files.network, files.loss, files.record)
    write_table(example_trial(trained), snakemake.output.trial)
