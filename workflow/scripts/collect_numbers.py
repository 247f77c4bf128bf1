"""Collect every number that the paper's text shows."""

import pandas as pd

from interplay.nonlinear.settled import with_complete
from interplay.paper.numbers import configured, found
from interplay.storage.tables import read_table, write_table
from job import job

with job(snakemake):
    files = snakemake.input
    networks = with_complete(read_table(files.nonlinear))
    data, lstm, claims = map(read_table, (files.data, files.sentiment, files.claims))
    parts = [
        configured(snakemake.params.configuration),
        found(networks, data, lstm, claims),
    ]
    write_table(pd.concat(parts, ignore_index=True), snakemake.output.numbers)
