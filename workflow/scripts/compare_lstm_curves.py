"""Compare the learning curves of each LSTM experiment with the published ones."""

from interplay.sentiment.published import distances
from interplay.storage.tables import read_table, write_table
from job import job

with job(snakemake):
    files = snakemake.input
    table = distances(read_table(files.curves), read_table(files.published))
    write_table(table.assign(treebank=snakemake.params.treebank), snakemake.output.table)
