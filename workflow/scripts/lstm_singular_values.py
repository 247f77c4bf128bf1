"""Measure the singular values of one trained LSTM."""

from interplay.sentiment.spectra import spectra
from interplay.sentiment.trained import TrainedLSTM
from interplay.storage.arrays import read_arrays
from interplay.storage.files import read_json
from interplay.storage.tables import write_table
from job import script


@script
def main(input, output):
    """Read the LSTM, measure it, write the table."""
    trained = TrainedLSTM.from_job(read_json(input.record), read_arrays(input.network))
    write_table(trained.labelled(spectra(trained)), output.spectrum)
