"""Rebuild one LSTM from a seed and a few factors of dW."""

from pathlib import Path

from interplay.sentiment.measurements import compression
from interplay.sentiment.trained import TrainedLSTM
from interplay.sentiment.treebank import read_split
from interplay.storage.arrays import read_arrays
from interplay.storage.files import read_json
from interplay.storage.tables import read_table, write_table
from job import job


def main(snakemake):
    """Read the LSTM and the sentences, measure, write the row."""
    files = snakemake.input
    trained = TrainedLSTM.from_job(read_json(files.record), read_arrays(files.network))
    language = trained.run.language(read_split(files.train), read_table(files.vectors))
    row = compression(
        trained,
        language,
        read_split(files.dev),
        snakemake.params.rank,
        Path(files.network).stat().st_size,
        snakemake.threads,
    )
    write_table(row, snakemake.output.compression)


if __name__ == "__main__":
    with job(snakemake):
        main(snakemake)
