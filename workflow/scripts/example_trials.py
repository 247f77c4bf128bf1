"""Run a trained network of each g on one example trial of its task."""

from interplay.nonlinear.measurements.example import example_of, trial_of
from interplay.storage.tables import concatenate, write_table
from job import script
from networks import read_networks


@script
def main(input, output, wildcards):
    """Read the networks, run each on the trial of the first one, write one table."""
    networks = list(read_networks(input))
    example = example_of(networks[0])
    trials = [
        trained.labelled(trial_of(trained, example), wildcards.experiment)
        for trained in networks
    ]
    write_table(concatenate(trials), output.trials)
