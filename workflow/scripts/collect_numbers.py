"""Collect every number that the paper's text shows."""

from pathlib import Path

import pandas as pd

from interplay.nonlinear.settled import with_selections
from interplay.paper.labels import configured, labels
from interplay.paper.numbers import (
    against_published,
    compared,
    found,
    lstm_spectra,
    of_supplement,
)
from interplay.storage.tables import read_table, write_table
from job import job

with job(snakemake):
    files = snakemake.input
    networks = with_selections(read_table(files.nonlinear))
    data, lstm, claims = map(read_table, (files.data, files.sentiment, files.claims))
    curves = files.get("curves")
    configuration = snakemake.params.configuration
    supplement = ("training", "scaling", "cosine", "divergence")
    parts = [
        configured(configuration),
        found(networks, data, lstm, claims),
        compared(
            read_table(files.rate),
            read_table(files.outbreaks),
            read_table(curves) if curves else None,
        ),
        against_published(
            networks, read_table(files.published), snakemake.params.readings
        ),
        of_supplement(
            {name: read_table(files[name]) for name in supplement},
            configuration["nonlinear"]["N"],
        ),
    ]
    # Published curves and spectra are those of the real treebank.
    if curves:
        spectrum, published = map(read_table, (files.spectrum, files.published_spectrum))
        parts.append(lstm_spectra(spectrum, published))
    numbers = pd.concat(parts, ignore_index=True)
    shown = labels(Path(files.source).read_text(encoding="utf-8"))
    numbers = numbers[numbers.label.isin(shown)]
    # Rates are labelled by reading and task, and found under the key of their experiment.
    keys = numbers.label.map(snakemake.params.set_by)
    numbers = numbers.assign(rows=keys.fillna(numbers.rows))
    write_table(numbers, snakemake.output.numbers)
