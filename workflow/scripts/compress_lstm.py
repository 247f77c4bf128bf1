"""Rebuild one LSTM from a seed and a few factors of dW."""

from pathlib import Path

from interplay.sentiment.measurements import compression
from interplay.sentiment.trained import TrainedLSTM
from interplay.sentiment.treebank import read_split
from interplay.storage.arrays import read_arrays
from interplay.storage.files import read_json
from interplay.storage.tables import read_table, write_table
from job import script


@script
def main(input, output, params, threads):
    """Read the LSTM and the sentences, measure, write the row."""
    trained = TrainedLSTM.from_job(read_json(input.record), read_arrays(input.network))
    language = trained.run.language(read_split(input.train), read_table(input.vectors))
    row = compression(
        trained,
        language,
        read_split(input.dev),
        params.rank,
        Path(input.network).stat().st_size,
        threads,
    )
    write_table(row, output.compression)
