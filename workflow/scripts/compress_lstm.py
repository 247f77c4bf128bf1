"""Archive one LSTM as a seed and a few factors of dW, and rebuild it."""

from pathlib import Path

from interplay.sentiment.archived import write_archived
from interplay.sentiment.measurements import compression
from interplay.sentiment.sentences import read_split
from interplay.sentiment.trained import TrainedLSTM
from interplay.sentiment.vocabulary import language_of
from interplay.storage.arrays import read_arrays
from interplay.storage.files import read_json
from interplay.storage.tables import read_table, write_table
from job import script


@script
def main(input, output, params, threads):
    """Read the LSTM and the sentences, measure; write the row and the network."""
    trained = TrainedLSTM.from_job(read_json(input.record), read_arrays(input.network))
    train_set, vectors = read_split(input.train), read_table(input.vectors)
    language = language_of(trained.run, train_set, vectors)
    row = compression(
        trained,
        language,
        read_split(input.dev),
        params.rank,
        Path(input.network).stat().st_size,
        threads,
    )
    write_table(row, output.compression)
    write_archived(trained, params.rank, output.network)
