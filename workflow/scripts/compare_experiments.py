"""Compare experiments that differ in one thing: a table of the supplement."""

from interplay.storage.tables import read_table, write_table
from interplay.tables import comparisons, flipflops, outbreaks
from job import script

MODULES = flipflops, outbreaks, comparisons
"""where the functions of the comparisons are, each by the name of its table"""


@script
def main(input, output, params):
    """Write a comparison; inputs are the networks and, for some, one table more."""
    name = params.comparison
    compare = getattr(next(one for one in MODULES if hasattr(one, name)), name)
    tables = map(read_table, input)
    table = compare(next(tables), params.experiments, *tables, **params.measured)
    write_table(table, output.comparison)
