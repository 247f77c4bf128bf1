"""Collect every number that the paper's text shows."""

from pathlib import Path

from interplay.configuration.files import read_yaml
from interplay.paper.numbers import collect, read_numbers
from interplay.storage.tables import read_table, write_table
from job import script

TEXTS = ("source", "definitions", "schema")
"""inputs that are no tables"""


@script
def main(input, output, params):
    """Write the numbers that `collect` finds in the tables, by the names of their files."""
    source = Path(input.source).read_text(encoding="utf-8")
    numbers = read_numbers(input.definitions, read_yaml(input.schema))
    tables = {
        Path(path).name: read_table(path)
        for name, path in input.items()
        if name not in TEXTS
    }
    found = collect(tables, numbers, source, params.configuration, params.set_by)
    write_table(found, output.numbers)
