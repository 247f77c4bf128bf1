"""Tabulate the readout of linear networks before training against N."""

from interplay.linear.readouts import initial_readouts
from interplay.storage.tables import write_table
from job import script


@script
def main(output, params):
    """Draw the networks and write the table."""
    table = initial_readouts(params.N, params.networks)
    write_table(table, output.readouts)
