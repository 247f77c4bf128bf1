"""A trained LSTM, restored from the outputs of its training job."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from interplay.optimisers.state import Arrays
from interplay.runs.records import fingerprint
from interplay.sentiment.run import Run
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
        for name, expected in record["initial_sha256"].items():
            found = fingerprint(initial[name])
            if found != expected:
                raise InputError(
                    f"initial {name} of seed {run.seed}: other weights: "
                    f"expected sha256 {expected}, found {found}"
                )
        device = record["machine"]["device"]
        return cls(
            record["experiment"], run, record["treebank"], device, initial, dict(weights)
        )

    @property
    def record(self) -> dict[str, Any]:
        """The entries of a job's record that say which LSTM was trained; see `from_job`."""
        return {
            "experiment": self.experiment,
            "run": vars(self.run),
            "treebank": self.treebank,
            "n_inputs": self.initial["layer1.input"].shape[1],
            "initial_sha256": {
                name: fingerprint(W0) for name, W0 in self.initial.items()
            },
        }

    def labelled(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table with the experiment and seed in front, the treebank behind."""
        front = {"experiment": self.experiment, "seed": self.run.seed}
        columns = [*front, *table.columns, "treebank"]
        return table.assign(**front, treebank=self.treebank)[columns]
