"""Put the parts of each table together, under the same name as the output."""

from functools import partial

from interplay.storage.tables import concatenate, read_table, write_table
from job import script


@partial(script, gathers=True)
def main(input, output):
    """Write each table from its parts."""
    for name, path in output.items():
        write_table(concatenate([read_table(part) for part in input[name]]), path)
