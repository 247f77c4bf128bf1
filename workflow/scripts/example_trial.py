"""Run one trained network on its task's example trial."""

from interplay.nonlinear.measurements.example import example_trial
from interplay.nonlinear.trained import read_network
from interplay.storage.tables import write_table
from job import job


def main(snakemake):
    """Read the network, run it, write the trial."""
    files, experiment = snakemake.input, snakemake.wildcards.experiment
    trained = read_network(files.network, files.loss, files.record)
    trial = trained.labelled(example_trial(trained), experiment)
    write_table(trial, snakemake.output.trial)


if __name__ == "__main__":
    with job(snakemake):
        main(snakemake)
