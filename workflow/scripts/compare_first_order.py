"""Compare linear networks with the first order of the learning time."""

from interplay.linear.first_order import compare
from interplay.storage.tables import concatenate, read_table, write_table
from job import script


@script
def main(input, output, params):
    """Read the networks of both kinds, compare them, write the table."""
    networks = [read_table(path).assign(experiment=name) for name, path in input.items()]
    write_table(compare(concatenate(networks), params.threshold), output.comparison)
