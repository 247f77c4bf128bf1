"""Compare learning curves and singular values of the LSTMs with the published ones."""

from interplay.storage.tables import read_table, write_table
from interplay.tables.published import lstm_distances, lstm_singular_values
from job import script


@script
def main(input, output, params):
    """Write sentiment_distance.csv and sentiment_singular_values.csv."""
    curves = lstm_distances(read_table(input.curves), read_table(input.published))
    values = lstm_singular_values(
        read_table(input.spectrum), read_table(input.published_spectrum)
    )
    write_table(curves.assign(treebank=params.treebank), output.curves)
    write_table(values.assign(treebank=params.treebank), output.values)
