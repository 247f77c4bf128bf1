"""Put the parts of each table together, under the same name as the output."""

from interplay.storage.tables import read_table, write_table
from interplay.tables.parts import concatenated
from job import job


def gather_tables(parts, tables) -> None:
    """Write each table from its parts; both are paths by the same names."""
    for name, path in tables.items():
        write_table(concatenated(map(read_table, parts[name])), path)


if __name__ == "__main__":
    with job(snakemake, gathers=True):
        gather_tables(snakemake.input, snakemake.output)
