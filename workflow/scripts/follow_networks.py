"""Train some networks of an experiment again, and record eigenvalues of W meanwhile."""

from interplay.kernels.denormals import flush_denormals
from interplay.nonlinear.transitions import follow_networks
from interplay.storage.tables import read_table, write_table
from job import job


def main(snakemake):
    """Select the losses of the networks to follow, follow them, write the table."""
    params = snakemake.params
    flush_denormals()
    losses = read_table(snakemake.input.losses)
    table = follow_networks(
        snakemake.wildcards.experiment,
        params.experiment,
        losses[losses.g.isin(params.g) & losses.seed.isin(params.seeds)],
        params.threshold,
        params.steps,
    )
    write_table(table, snakemake.output.transitions)


if __name__ == "__main__":
    with job(snakemake):
        main(snakemake)
