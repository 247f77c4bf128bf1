"""Measure the singular values of one trained LSTM."""

from interplay.sentiment.measurements import spectra
from interplay.sentiment.trained import TrainedLSTM
from interplay.storage.arrays import read_arrays
from interplay.storage.files import read_json
from interplay.storage.tables import write_table
from job import job


def main(snakemake):
    """Read the LSTM, measure it, write the table."""
    files = snakemake.input
    trained = TrainedLSTM.from_job(read_json(files.record), read_arrays(files.network))
    write_table(trained.labelled(spectra(trained)), snakemake.output.spectrum)


if __name__ == "__main__":
    with job(snakemake):
        main(snakemake)
