"""Join the measurements of an experiment: one row per network."""

from interplay.storage.tables import read_table, write_table
from interplay.tables.networks import summary
from job import script


@script
def main(input, output, params):
    """Write networks.csv from the measurements' tables; see `summary`."""
    write_table(summary(map(read_table, input), params.largest_rank), output.networks)
