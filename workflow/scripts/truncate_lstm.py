"""Test one trained LSTM, whole and with truncated weights."""

from interplay.sentiment.measurements import (
    compared_with_whole,
    evaluations,
    summary,
    truncation_curves,
)
from interplay.sentiment.sentences import read_split
from interplay.sentiment.trained import TrainedLSTM
from interplay.sentiment.tree_files import SPLITS
from interplay.sentiment.vocabulary import language_of
from interplay.storage.arrays import read_arrays
from interplay.storage.files import read_json
from interplay.storage.tables import read_table, write_table
from job import script


@script
def main(input, output, params, threads):
    """Read the LSTM and the sentences, measure, write the two tables."""
    trained = TrainedLSTM.from_job(read_json(input.record), read_arrays(input.network))
    sentences = {split: read_split(input[split]) for split in SPLITS}
    vectors = read_table(input.vectors)
    language = language_of(trained.run, sentences["train"], vectors)

    results = evaluations(trained.final, language, sentences, threads)
    truncation = truncation_curves(
        trained, language, sentences, params.train_ranks, threads
    )
    truncation = compared_with_whole(truncation, results, params.within)
    curves = read_table(input.curves)
    networks = summary(trained, results, truncation, curves, params.within)
    write_table(trained.labelled(truncation), output.truncation)
    write_table(trained.labelled(networks), output.networks)
