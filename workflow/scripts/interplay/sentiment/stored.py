"""LSTMs in a results folder: as trained, and archived."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd

from interplay.runs.stored import Stored
from interplay.sentiment.archived import read_archived
from interplay.sentiment.trained import TrainedLSTM
from interplay.storage.arrays import read_arrays
from interplay.storage.files import read_json
from interplay.storage.tables import read_table


def stored_lstms(folder: Path, experiment: str) -> Iterator[Stored]:
    """Yield LSTMs: first those with the whole dW, then archived ones.

    Args:
        folder: of results.
        experiment: its name, or a pattern of names, such as "*".
    """
    for place in folder.glob(f"sentiment/{experiment}/seed*/"):
        if re.fullmatch(r"seed\d+", place.name):
            # A training job writes its record last.
            read = partial(_read, place) if (place / "record.json").is_file() else None
            yield Stored(place.parent.name, None, int(place.name[4:]), read)
    for file in folder.glob(f"networks/{experiment}/seed*.safetensors"):
        if re.fullmatch(r"seed\d+", file.stem):
            read = partial(_rebuild, file, folder / "tables")
            yield Stored(file.parent.name, None, int(file.stem[4:]), read)


def _read(place: Path) -> TrainedLSTM:
    record, weights = place / "record.json", place / "network.safetensors"
    trained = TrainedLSTM.from_job(read_json(record), read_arrays(weights))
    return _with_tables(trained, place / "curves.csv", place / "networks.csv")


def _rebuild(file: Path, tables: Path) -> TrainedLSTM:
    trained = read_archived(file)
    curves, networks = tables / "sentiment_curves.csv", tables / "sentiment.csv"
    return _with_tables(trained, curves, networks)


def _with_tables(trained: TrainedLSTM, curves: Path, networks: Path) -> TrainedLSTM:
    """Add what two tables say of a network, if they are there."""

    def rows(path: Path) -> pd.DataFrame:
        if not path.is_file():
            return pd.DataFrame()
        table = read_table(path)
        is_its_own = table.experiment.eq(trained.experiment)
        is_its_own &= table.seed.eq(trained.run.seed)
        labels = ["experiment", "seed", "treebank"]
        return table[is_its_own].drop(columns=labels).reset_index(drop=True)

    accuracies = {
        column.removesuffix("_accuracy"): values.item()
        for column, values in rows(networks).items()
        if column.endswith("_accuracy") and len(values)
    }
    return replace(trained, curves=rows(curves), accuracies=accuracies)
