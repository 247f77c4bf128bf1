"""Compare experiments that differ in one thing: a table of the supplement."""

from importlib import import_module

from interplay.storage.tables import read_table, write_table
from job import job

with job(snakemake):
    params = snakemake.params
    module = import_module(f"interplay.claims.{params.module}")
    networks, *published = map(read_table, snakemake.input)
    table = getattr(module, params.comparison)(networks, params.experiments, *published)
    write_table(table, snakemake.output.comparison)
