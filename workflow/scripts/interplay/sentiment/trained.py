"""A trained LSTM, restored from the outputs of its training job."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from interplay.optimisers.state import Arrays
from interplay.runs.records import fingerprint
from interplay.sentiment.run import Run, State
from interplay.storage.errors import InputError


@dataclass(frozen=True)
class TrainedLSTM:
    """A network after training, with its initial weights."""

    experiment: str
    """name in the configuration"""
    run: Run
    treebank: str
    """name of the treebank that it was trained on"""
    device: str
    """where it was trained, "cpu" or "cuda" """
    initial: Arrays
    """W0, float32, as named by `model.initial_weights`"""
    final: Arrays
    """W, with the same names"""

    @classmethod
    def from_job(cls, record: Mapping[str, Any], weights: Arrays) -> "TrainedLSTM":
        """Restore a network; W0 is drawn again from the run's seed.

        Args:
            record: the JSON record of the training job.
            weights: the trained weights.

        Raises:
            InputError: the network was trained from another W0.
        """
        run = Run(**record["run"])
        initial = run.initial_weights(record["n_inputs"])
        hashes = fingerprints(initial)
        for name, expected in record["initial_sha256"].items():
            if hashes[name] != expected:
                raise InputError(
                    f"initial {name} of seed {run.seed}: other weights: "
                    f"expected sha256 {expected}, found {hashes[name]}"
                )
        return cls(
            record["experiment"],
            run,
            record["treebank"],
            record["machine"]["device"],
            initial,
            dict(weights),
        )

    def labelled(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table with the experiment and seed in front, the treebank behind."""
        return labelled(table, self.experiment, self.run.seed, self.treebank)


def record_of(
    experiment: str, run: Run, treebank: str, n_inputs: int, state: State
) -> dict[str, Any]:
    """Return the entries of a record that say which LSTM was trained; see `from_job`.

    Args:
        experiment: name in the configuration.
        run: what was trained.
        treebank: name of the treebank that it was trained on.
        n_inputs: dimension of the word vectors.
        state: the state after the last epoch.
    """
    return {
        "experiment": experiment,
        "run": vars(run),
        "treebank": treebank,
        "n_inputs": n_inputs,
        "initial_sha256": fingerprints(run.initial_weights(n_inputs)),
        "epochs": state.epoch,
        "steps": state.steps,
    }


def labelled(
    table: pd.DataFrame, experiment: str, seed: int, treebank: str
) -> pd.DataFrame:
    """Return a table with the columns experiment and seed in front, treebank behind.

    Args:
        table: of one network.
        experiment: name in the configuration.
        seed: of the network.
        treebank: name of the treebank that it was trained on.
    """
    front = {"experiment": experiment, "seed": seed}
    columns = [*front, *table.columns, "treebank"]
    return table.assign(**front, treebank=treebank)[columns]


def fingerprints(weights: Arrays) -> dict[str, str]:
    """Return the sha256 of each array, by name; see `records.fingerprint`."""
    return {name: fingerprint(array) for name, array in weights.items()}
