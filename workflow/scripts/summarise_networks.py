"""Join the measurements of an experiment: one row per network."""

from interplay.storage.tables import read_table, write_table
from interplay.tables.networks import summary
from job import job


def summarise_networks(measurements, networks, largest_rank: int) -> None:
    """Write networks.csv from the measurements' tables; see `summary`."""
    write_table(summary(map(read_table, measurements), largest_rank), networks)


if __name__ == "__main__":
    with job(snakemake):
        largest_rank = snakemake.params.largest_rank
        summarise_networks(snakemake.input, snakemake.output.networks, largest_rank)
