"""Collect every number that the paper's text shows."""

from pathlib import Path

from interplay.paper.numbers import collect
from interplay.storage.tables import read_table, write_table
from job import script


@script
def main(input, output, params):
    """Write the numbers that `collect` finds in the tables, by the tables' names."""
    source = Path(input.source).read_text(encoding="utf-8")
    tables = {n: read_table(path) for n, path in input.items() if n != "source"}
    options = (params.configuration, params.readings, params.set_by)
    write_table(collect(tables, source, *options), output.numbers)
