"""Run one trained network on its task's example trial."""

from interplay.nonlinear.measurements.example import example_trial
from interplay.nonlinear.trained import read_network
from interplay.storage.tables import write_table
from job import script


@script
def main(input, output, wildcards):
    """Read the network, run it, write the trial."""
    trained = read_network(input.network, input.loss, input.record)
    trial = trained.labelled(example_trial(trained), wildcards.experiment)
    write_table(trial, output.trial)
