"""Test one trained LSTM, whole and with truncated weights."""

from interplay.sentiment.measurements import summary, truncation_curves
from interplay.sentiment.trained import TrainedLSTM
from interplay.sentiment.treebank import SPLITS, read_split
from interplay.storage.arrays import read_arrays
from interplay.storage.files import read_json
from interplay.storage.tables import read_table, write_table
from job import job


def main(snakemake):
    """Read the LSTM and the sentences, measure, write the two tables."""
    params, files, output = snakemake.params, snakemake.input, snakemake.output
    threads = snakemake.threads
    trained = TrainedLSTM.from_job(read_json(files.record), read_arrays(files.network))
    sentences = {split: read_split(files[split]) for split in SPLITS}
    language = trained.run.language(sentences["train"], read_table(files.vectors))

    truncation = truncation_curves(trained, language, sentences["dev"], threads)
    networks = summary(trained, language, sentences, truncation, params.within, threads)
    write_table(trained.labelled(truncation), output.truncation)
    write_table(trained.labelled(networks), output.networks)


if __name__ == "__main__":
    with job(snakemake):
        main(snakemake)
