"""Put the parts of each table together, under the same name as the output."""

import pandas as pd

from interplay.storage.tables import read_table, write_table
from job import job

with job(snakemake):
    for name, path in snakemake.output.items():
        parts = [read_table(part) for part in snakemake.input[name]]
        # A part of networks that all diverged has no rows, nor dtypes of its own.
        filled = [part for part in parts if len(part)] or parts[:1]
        write_table(pd.concat(filled, ignore_index=True), path)
