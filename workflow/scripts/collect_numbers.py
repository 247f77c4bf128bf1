"""Collect every number that the paper's text shows."""

from pathlib import Path

import pandas as pd

from interplay.nonlinear.settled import with_selections
from interplay.paper.numbers import compared, configured, found, labels
from interplay.storage.tables import read_table, write_table
from job import job

with job(snakemake):
    files = snakemake.input
    networks = with_selections(read_table(files.nonlinear))
    data, lstm, claims = map(read_table, (files.data, files.sentiment, files.claims))
    curves = files.get("curves")
    parts = [
        configured(snakemake.params.configuration),
        found(networks, data, lstm, claims),
        compared(
            read_table(files.rate),
            read_table(files.outbreaks),
            read_table(curves) if curves else None,
        ),
    ]
    numbers = pd.concat(parts, ignore_index=True)
    shown = labels(Path(files.source).read_text(encoding="utf-8"))
    numbers = numbers[numbers.label.isin(shown)]
    write_table(numbers, snakemake.output.numbers)
