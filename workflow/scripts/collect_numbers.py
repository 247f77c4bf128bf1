"""Collect every number that the paper's text shows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from interplay.paper.numbers import collect
from interplay.storage.tables import read_table, write_table
from job import job


def collect_numbers(files, output, params: Mapping[str, Any]) -> None:
    """Write numbers.csv.

    Args:
        files: paths of the paper's `source` and of the tables, by the names of `collect`.
        output: path of the table.
        params: configuration, readings and set_by, as for `collect`.
    """
    source = Path(files["source"]).read_text(encoding="utf-8")
    tables = {n: read_table(path) for n, path in files.items() if n != "source"}
    write_table(collect(tables, source, **params), output)


if __name__ == "__main__":
    with job(snakemake):
        names = ("configuration", "readings", "set_by")
        params = {name: snakemake.params[name] for name in names}
        collect_numbers(snakemake.input, snakemake.output.numbers, params)
