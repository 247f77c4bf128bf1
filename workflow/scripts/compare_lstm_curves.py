"""Compare the learning curves of each LSTM experiment with the published ones."""

from interplay.storage.tables import read_table, write_table
from interplay.tables.published import lstm_distances
from job import script


@script
def main(input, output, params):
    """Write sentiment_distance.csv; see `lstm_distances`."""
    table = lstm_distances(read_table(input.curves), read_table(input.published))
    write_table(table.assign(treebank=params.treebank), output.table)
