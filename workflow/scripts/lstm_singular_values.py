"""Measure the singular values of one trained LSTM."""

from interplay.sentiment.measurements import spectra
from interplay.sentiment.trained import TrainedLSTM
from interplay.storage.arrays import read_arrays
from interplay.storage.files import read_json
from interplay.storage.tables import write_table
from job import job

with job(snakemake):
    files = snakemake.input
    trained = TrainedLSTM.from_job(read_json(files.record), read_arrays(files.network))
    write_table(trained.labelled(spectra(trained)), snakemake.output.spectrum)
