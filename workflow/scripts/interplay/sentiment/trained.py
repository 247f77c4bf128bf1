"""A trained LSTM, restored from the outputs of its training job."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from interplay.optimisers.state import Arrays
from interplay.runs.records import fingerprint
from interplay.sentiment.run import Run
from interplay.storage.errors import InputError
from interplay.storage.hashes import file_hash
from interplay.storage.tables import read_table

if TYPE_CHECKING:
    from interplay.sentiment.in_torch import SentimentLSTM
    from interplay.sentiment.vocabulary import Language


@dataclass(frozen=True, eq=False, repr=False)
class TrainedLSTM:
    """A network after training, with its initial weights.

    Like an array or a torch module, a network is equal only to itself.
    """

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
    inputs_sha256: Mapping[str, str]
    """of the files that it was trained with: train, dev, vectors"""
    rank: int | None = None
    """of dW of three matrices if the network was archived so; None if dW is whole"""
    curves: pd.DataFrame = field(default_factory=pd.DataFrame)
    """a row per epoch: epoch, train_loss, train_accuracy (with dropout), dev_loss,
    dev_accuracy; empty if they were not read"""
    accuracies: Mapping[str, float] = field(default_factory=dict)
    """of the network as trained, in evaluation mode, by split; empty if it was not tested"""

    @classmethod
    def from_job(
        cls, record: Mapping[str, Any], weights: Arrays, rank: int | None = None
    ) -> "TrainedLSTM":
        """Restore a network; W0 is drawn again from the run's seed.

        Args:
            record: the JSON record of the training job; of an archived network, its
                description.
            weights: the trained weights.
            rank: see `TrainedLSTM.rank`.

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
        if weights.keys() != initial.keys():
            raise InputError(
                f"weights of {record['experiment']}, seed {run.seed}: expected "
                f"{', '.join(initial)}, found {', '.join(weights) or 'none'}"
            )
        return cls(
            experiment=record["experiment"],
            run=run,
            treebank=record["treebank"],
            device=record["machine"]["device"],
            initial=initial,
            final={name: weights[name] for name in initial},
            inputs_sha256=record["inputs_sha256"],
            rank=rank,
        )

    def __repr__(self) -> str:
        """Name the network in one line; its arrays are too large to print."""
        dW = "dW whole" if self.rank is None else f"dW of rank {self.rank}"
        return (
            f"TrainedLSTM({self.experiment}, seed={self.run.seed}, N={self.run.n}, {dW})"
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
            "inputs_sha256": dict(self.inputs_sha256),
        }

    @property
    def dW(self) -> Arrays:
        """The changes of all weights, W - W0, float32, with the names of the weights."""
        return {name: W - self.initial[name] for name, W in self.final.items()}

    def as_torch(self, vectors: np.ndarray | None = None) -> "SentimentLSTM":
        """Return a torch module with the trained weights, in evaluation mode.

        Args:
            vectors: float32, (word, Nin), those of `language`. With them, the module reads
                indices of words, (step, sentence); without, it reads word vectors, (step,
                sentence, Nin). See `interplay.sentiment.in_torch.SentimentLSTM`.

        Raises:
            InputError: the vectors do not fit the network.
        """
        n_inputs = self.initial["layer1.input"].shape[1]
        if vectors is not None and np.shape(vectors)[1:] != (n_inputs,):
            raise InputError(
                f"vectors: expected the shape (words, {n_inputs}), found "
                f"{np.shape(vectors)}"
            )
        # Imported by name: measurements neither load torch nor rerun with that module.
        in_torch = import_module("interplay.sentiment.in_torch")
        return in_torch.SentimentLSTM(self.final, self.run.dropout, vectors).eval()

    def language(self, folder: str | Path) -> "Language":
        """Read the vocabulary and the word vectors that the network was trained with.

        Args:
            folder: of the prepared sentences, with train.parquet and vectors.parquet:
                `sentiment/data` in the results of a synthetic treebank, otherwise
                `resources/sentiment/prepared-…`.

        Raises:
            InputError: a file is missing, or it is not the one that was used.
        """
        files = {
            name: Path(folder).expanduser() / f"{name}.parquet"
            for name in ("train", "vectors")
        }
        for name, file in files.items():
            if not file.is_file():
                raise InputError(f"{file}: expected prepared sentences, found no file")
            if (found := file_hash(file)) != (expected := self.inputs_sha256[name]):
                raise InputError(
                    f"{file}: expected the file that {self.experiment} was trained with, "
                    f"sha256 {expected}, found {found}"
                )
        # Imported by name, as in `as_torch`: torchtext loads torch.
        vocabulary = import_module("interplay.sentiment.vocabulary")
        sentences = import_module("interplay.sentiment.sentences")
        split = sentences.read_split(files["train"])
        return vocabulary.language_of(self.run, split, read_table(files["vectors"]))

    def labelled(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table with the experiment and seed in front, the treebank behind."""
        front = {"experiment": self.experiment, "seed": self.run.seed}
        columns = [*front, *table.columns, "treebank"]
        return table.assign(**front, treebank=self.treebank)[columns]
