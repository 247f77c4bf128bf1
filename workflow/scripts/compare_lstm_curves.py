"""Compare the learning curves of each LSTM experiment with the published ones."""

from interplay.storage.tables import read_table, write_table
from interplay.tables.published import lstm_distances
from job import job


def compare_lstm_curves(curves, published, output, treebank: str) -> None:
    """Write sentiment_distance.csv; see `lstm_distances`."""
    table = lstm_distances(read_table(curves), read_table(published))
    write_table(table.assign(treebank=treebank), output)


if __name__ == "__main__":
    with job(snakemake):
        files, output = snakemake.input, snakemake.output.table
        treebank = snakemake.params.treebank
        compare_lstm_curves(files.curves, files.published, output, treebank)
