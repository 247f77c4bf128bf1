"""Collect every number that the paper's text shows."""

from pathlib import Path

from interplay.paper.numbers import collect
from interplay.storage.tables import read_table, write_table
from job import job


def collect_numbers(files, output, configuration, readings, set_by) -> None:
    """Write the numbers that `collect` finds in the tables, which have its names for them."""
    source = Path(files["source"]).read_text(encoding="utf-8")
    tables = {n: read_table(path) for n, path in files.items() if n != "source"}
    write_table(collect(tables, source, configuration, readings, set_by), output)


if __name__ == "__main__":
    with job(snakemake):
        params = snakemake.params
        options = (params.configuration, params.readings, params.set_by)
        collect_numbers(snakemake.input, snakemake.output.numbers, *options)
