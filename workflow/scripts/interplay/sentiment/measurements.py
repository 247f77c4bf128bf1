"""What is measured of a trained LSTM: spectra and truncations (Fig. 5)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from datasets import Dataset

from interplay.lowrank.spectrum import singular_values
from interplay.lowrank.truncation import truncations
from interplay.sentiment.model import LAYERS
from interplay.sentiment.training import (
    SENTENCES_AT_ONCE,
    Apply,
    Run,
    evaluate,
    fingerprints,
    thread_map,
)
from interplay.sentiment.vocabulary import Language, sorted_batches
from interplay.storage.errors import InputError

TRUNCATED = ("layer1.recurrent", "layer2.recurrent", "layer2.input")
"""the weights that Fig. 5(b) truncates, each as the whole matrix of the four gates"""


@dataclass(frozen=True)
class TrainedLSTM:
    """A network as its training job left it, with its initial weights."""

    run: Run
    treebank: str
    """the name of what it was trained on"""
    device: str
    """where it was trained"""
    initial: dict[str, np.ndarray]
    """W0, float32, as named by `model.initial_weights`"""
    final: dict[str, np.ndarray]
    """W, of the same names"""

    @classmethod
    def from_job(
        cls, record: Mapping, weights: Mapping[str, np.ndarray]
    ) -> "TrainedLSTM":
        """Put a training job's outputs together; W0 is drawn anew from the run's seed.

        Raises:
            InputError: the W0 that is drawn is not the one that the network
                started from.
        """
        run = Run(**record["run"])
        initial = run.initial_weights(record["n_inputs"])
        found = fingerprints(initial)
        for name, expected in record["initial_sha256"].items():
            if found[name] != expected:
                raise InputError(
                    f"initial {name} of seed {run.seed}: expected sha256 {expected}, "
                    f"found {found[name]}"
                )
        device = record["machine"]["device"]
        return cls(run, record["treebank"], device, initial, dict(weights))

    def labelled(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table with this network's seed in front and its treebank behind."""
        table = table.assign(treebank=self.treebank)
        table.insert(0, "seed", self.run.seed)
        return table


def spectra(trained: TrainedLSTM) -> pd.DataFrame:
    """Return the singular values of the input and recurrent weights of both layers.

    Returns:
        A row a singular value: layer, weight (input, recurrent), matrix (W0, W,
        dW), index (from 1, largest first), value.
    """
    parts = []
    for layer in LAYERS:
        for weight in ("input", "recurrent"):
            name = f"layer{layer}.{weight}"
            W0, W = trained.initial[name], trained.final[name]
            for matrix, entries in {"W0": W0, "W": W, "dW": W - W0}.items():
                values = singular_values(entries)
                rows = {"index": range(1, len(values) + 1), "value": values}
                named = {"layer": layer, "weight": weight, "matrix": matrix}
                parts.append(pd.DataFrame({**named, **rows}))
    return pd.concat(parts, ignore_index=True)


def truncated_weights(
    trained: TrainedLSTM, target: str, ranks: Sequence[int]
) -> Iterator[dict[str, np.ndarray]]:
    """Yield the trained weights with the three matrices of Fig. 5(b) truncated.

    Args:
        trained: the network.
        target: "W" truncates W itself; "dW" truncates the change and keeps W0,
            Eq. (4).
        ranks: each from 0 to the number of units.
    """
    kept = {
        name: np.zeros_like(matrix) if target == "W" else matrix
        for name, matrix in trained.initial.items()
        if name in TRUNCATED
    }
    approximations = [
        truncations(trained.final[name] - kept[name], ranks) for name in TRUNCATED
    ]
    for matrices in zip(*approximations, strict=True):
        replaced = zip(TRUNCATED, matrices, strict=True)
        yield {**trained.final, **{name: kept[name] + part for name, part in replaced}}


def truncation_curves(
    trained: TrainedLSTM, language: Language, dev_set: Dataset, threads: int
) -> pd.DataFrame:
    """Return loss and accuracy in evaluation mode after each truncation.

    Args:
        trained: the network.
        language: its vocabulary.
        dev_set: sentences (tokens, label) to test on.
        threads: how many batches are tested at the same time.

    Returns:
        A row a rank, from 0 to one less than the number of units: target (W,
        dW), rank, dev_loss, dev_accuracy.
    """
    ranks = range(trained.run.n)
    batches = sorted_batches(language.examples(dev_set), SENTENCES_AT_ONCE)
    rows = []
    with thread_map(threads) as apply:
        for target in ("W", "dW"):
            networks = truncated_weights(trained, target, ranks)
            for rank, weights in zip(ranks, networks, strict=True):
                found = evaluate(_tensors(weights), language.vectors, batches, apply)
                rows.append((target, rank, *found))
    return pd.DataFrame(rows, columns=["target", "rank", "dev_loss", "dev_accuracy"])


def tested(
    weights: Mapping[str, np.ndarray],
    language: Language,
    sentences: Dataset,
    apply: Apply,
) -> tuple[float, float]:
    """Return loss and accuracy of a network in evaluation mode.

    Args:
        weights: float32, as named by `model.initial_weights`.
        language: the network's vocabulary.
        sentences: (tokens, label) to test on.
        apply: see `thread_map`.
    """
    batches = sorted_batches(language.examples(sentences), SENTENCES_AT_ONCE)
    return evaluate(_tensors(weights), language.vectors, batches, apply)


def summary(
    trained: TrainedLSTM,
    language: Language,
    sentences: Mapping[str, Dataset],
    truncation: pd.DataFrame,
    within: float,
    threads: int,
) -> pd.DataFrame:
    """Return one row on the network, tested in evaluation mode after its last epoch.

    Args:
        trained: the network.
        language: its vocabulary.
        sentences: (tokens, label), by split.
        truncation: as `truncation_curves` returns it.
        within: how far below the final dev accuracy a rank is still sufficient.
        threads: how many batches are tested at the same time.

    Returns:
        N, epochs, for each split loss and accuracy, sufficient_rank_W and
        sufficient_rank_dW (missing if no rank is sufficient), device.
    """
    row: dict[str, object] = {"N": trained.run.n, "epochs": trained.run.epochs}
    with thread_map(threads) as apply:
        for split, some in sentences.items():
            loss, accuracy = tested(trained.final, language, some, apply)
            row[f"{split}_loss"], row[f"{split}_accuracy"] = loss, accuracy
    ranks = {}
    for target, curve in truncation.groupby("target", sort=False):
        ranks[f"sufficient_rank_{target}"] = sufficient_rank(
            curve["rank"], curve["dev_accuracy"], row["dev_accuracy"] - within
        )
    table = pd.DataFrame([{**row, **ranks, "device": trained.device}])
    return table.astype(dict.fromkeys(ranks, "Int64"))


def sufficient_rank(
    ranks: Sequence[int], accuracies: Sequence[float], wanted: float
) -> int | None:
    """Return the smallest rank whose accuracy is what is wanted; None if none is.

    Args:
        ranks: ascending.
        accuracies: one a rank.
        wanted: least accuracy.
    """
    enough = np.flatnonzero(np.asarray(accuracies) >= wanted)
    return int(np.asarray(ranks)[enough[0]]) if len(enough) else None


def _tensors(weights: Mapping[str, np.ndarray]) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(array) for name, array in weights.items()}
