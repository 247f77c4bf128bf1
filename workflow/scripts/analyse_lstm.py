"""Measure one trained LSTM: spectra, truncations, and how good it is."""

from interplay.sentiment.measurements import (
    TrainedLSTM,
    spectra,
    summary,
    truncation_curves,
)
from interplay.sentiment.treebank import SPLITS, read_split
from interplay.storage.arrays import read_arrays
from interplay.storage.files import read_json
from interplay.storage.tables import read_table, write_table
from job import job

with job(snakemake):
    params, files, output = snakemake.params, snakemake.input, snakemake.output
    trained = TrainedLSTM.from_job(read_json(files.record), read_arrays(files.network))
    sentences = {split: read_split(files[split]) for split in SPLITS}
    language = trained.run.language(sentences["train"], read_table(files.vectors))

    truncation = truncation_curves(trained, language, sentences["dev"], snakemake.threads)
    tables = {
        "spectrum": spectra(trained),
        "truncation": truncation,
        "networks": summary(
            trained, language, sentences, truncation, params.within, snakemake.threads
        ),
    }
    for name, table in tables.items():
        labelled = trained.labelled(table)
        labelled.insert(0, "experiment", snakemake.wildcards.experiment)
        write_table(labelled, output[name])
