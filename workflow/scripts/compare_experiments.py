"""Compare experiments that differ in one thing: a table of the supplement."""

from interplay.storage.tables import read_table, write_table
from interplay.tables import comparisons, flipflops
from job import script


@script
def main(input, output, params):
    """Write a comparison; inputs are the networks and, for some, one table more."""
    networks, *others = map(read_table, input)
    module = flipflops if hasattr(flipflops, params.comparison) else comparisons
    compare = getattr(module, params.comparison)
    write_table(compare(networks, params.experiments, *others), output.comparison)
