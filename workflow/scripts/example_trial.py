"""Run one trained network on its task's example trial."""

from interplay.nonlinear.loading import read_network
from interplay.nonlinear.measurements.example import example_trial
from interplay.storage.tables import write_table
from job import job

with job(snakemake):
    files, experiment = snakemake.input, snakemake.wildcards.experiment
    trained = read_network(files.network, files.loss, files.record)
    trial = trained.labelled(example_trial(trained), experiment)
    write_table(trial, snakemake.output.trial)
