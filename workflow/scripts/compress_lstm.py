"""Rebuild one LSTM from a seed and a few factors of dW."""

from pathlib import Path

import pandas as pd

from interplay.sentiment.measurements import evaluations
from interplay.sentiment.packing import packed_lstm, rebuilt_lstm
from interplay.sentiment.trained import TrainedLSTM
from interplay.sentiment.treebank import read_split
from interplay.storage.arrays import read_arrays
from interplay.storage.files import read_json
from interplay.storage.tables import read_table, write_table
from job import job

with job(snakemake):
    params, files = snakemake.params, snakemake.input
    record = read_json(files.record)
    trained = TrainedLSTM.from_job(record, read_arrays(files.network))
    language = trained.run.language(read_split(files.train), read_table(files.vectors))
    dev = {"dev": read_split(files.dev)}

    data = packed_lstm(trained, params.rank)
    rebuilt = rebuilt_lstm(data, record["n_inputs"])
    loss, accuracy = evaluations(rebuilt, language, dev, snakemake.threads)["dev"]
    whole_loss, whole_accuracy = evaluations(
        trained.final, language, dev, snakemake.threads
    )["dev"]
    row = {
        "experiment": trained.experiment,
        "treebank": trained.treebank,
        "g": None,
        "seed": trained.run.seed,
        "rank": params.rank,
        "bytes": len(data),
        "whole_bytes": Path(files.network).stat().st_size,
        "loss": loss,
        "whole_loss": whole_loss,
        "initial_loss": None,
        "accuracy": accuracy,
        "whole_accuracy": whole_accuracy,
    }
    write_table(pd.DataFrame([row]), snakemake.output.compression)
