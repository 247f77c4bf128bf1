"""Train some networks of an experiment again, and record eigenvalues of W meanwhile."""

from interplay.kernels.denormals import flush_denormals
from interplay.nonlinear.transitions import follow_networks
from interplay.storage.tables import read_table, write_table
from job import script


@script
def main(input, output, params, wildcards):
    """Select the losses of the networks to follow, follow them, write the tables."""
    flush_denormals()
    losses = read_table(input.losses)
    transitions, plateaus = follow_networks(
        wildcards.experiment,
        params.experiment,
        losses[losses.g.isin(params.g) & losses.seed.isin(params.seeds)],
        params.threshold,
        params.steps,
    )
    write_table(transitions, output.transitions)
    write_table(plateaus, output.plateaus)
