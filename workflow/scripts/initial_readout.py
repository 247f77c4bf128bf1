"""Tabulate the readout of linear networks before training against N."""

from threadpoolctl import threadpool_limits

from interplay.linear.readouts import initial_readouts
from interplay.storage.tables import write_table
from job import job


def main(snakemake):
    """Draw the networks and write the table."""
    params = snakemake.params
    table = initial_readouts(params.N, params.networks)
    write_table(table, snakemake.output.readouts)


if __name__ == "__main__":
    with job(snakemake), threadpool_limits(snakemake.threads):
        main(snakemake)
