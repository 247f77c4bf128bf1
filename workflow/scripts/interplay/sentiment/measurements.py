"""Measurements on one trained LSTM, whole, truncated and compressed, Fig. 5(b).

Each function returns a table without the columns that name the network.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from datasets import Dataset

from interplay.lowrank.factored import pack, unpack
from interplay.lowrank.truncation import truncations
from interplay.optimisers.state import Arrays
from interplay.sentiment.archived import TRUNCATED, factored, rebuilt_weights
from interplay.sentiment.batches import sorted_batches
from interplay.sentiment.engine import SENTENCES_AT_ONCE, Engine, evaluate
from interplay.sentiment.run import Run
from interplay.sentiment.trained import TrainedLSTM
from interplay.sentiment.vocabulary import Language

TARGETS = ("W", "dW")
"""truncated is W itself, or dW while W0 stays whole, Eq. (4)"""

LAST_EPOCHS = 5
"""of training, over which medians are taken: a single epoch may be a spike"""

NEIGHBOURS = 5
"""ranks around each one, over which medians are taken: accuracy goes up and down with the
rank, by a few sentences"""


def truncated_weights(
    trained: TrainedLSTM, target: str, ranks: Sequence[int]
) -> Iterator[Arrays]:
    """Yield the trained weights with the three matrices of Fig. 5(b) truncated.

    Args:
        trained: the network.
        target: see `TARGETS`.
        ranks: each from 0 to the number of units.
    """
    whole = {
        name: np.zeros_like(matrix) if target == "W" else matrix
        for name, matrix in trained.initial.items()
        if name in TRUNCATED
    }
    approximations = [
        truncations(trained.final[name] - whole[name], ranks) for name in TRUNCATED
    ]
    for parts in zip(*approximations, strict=True):
        matrices = {
            name: whole[name] + part for name, part in zip(TRUNCATED, parts, strict=True)
        }
        yield {**trained.final, **matrices}


def truncation_curves(
    trained: TrainedLSTM,
    language: Language,
    sentences: Mapping[str, Dataset],
    train_ranks: int,
    threads: int,
) -> pd.DataFrame:
    """Return loss and accuracy in evaluation mode after each truncation.

    Args:
        trained: the network.
        language: its vocabulary.
        sentences: (tokens, label), by split; "train" and "dev" are used, all of them.
        train_ranks: the largest rank that is tested on the training sentences, too, since
            these are many.
        threads: number of threads.

    Returns:
        A row per target and rank, from 0 to one less than the number of units: target
        (W, dW), rank, dev_loss, dev_accuracy, train_loss, train_accuracy (both NaN above
        `train_ranks`).
    """
    ranks = range(trained.run.n)
    train, dev = (
        sorted_batches(language.examples(sentences[split]), SENTENCES_AT_ONCE)
        for split in ("train", "dev")
    )
    unknown = np.nan, np.nan
    rows = []
    with Engine(language.vectors, trained.run.n, threads) as engine:
        for target in TARGETS:
            networks = truncated_weights(trained, target, ranks)
            for rank, weights in zip(ranks, networks, strict=True):
                on_dev = evaluate(engine, weights, dev)
                few = rank <= train_ranks
                on_train = evaluate(engine, weights, train) if few else unknown
                rows.append((target, rank, *on_dev, *on_train))
    columns = ["dev_loss", "dev_accuracy", "train_loss", "train_accuracy"]
    return pd.DataFrame(rows, columns=["target", "rank", *columns])


def evaluations(
    weights: Arrays,
    language: Language,
    sentences: Mapping[str, Dataset],
    threads: int,
) -> dict[str, tuple[float, float]]:
    """Return loss and accuracy of a network in evaluation mode, by split.

    Args:
        weights: as named by `model.initial_weights`, float32.
        language: the network's vocabulary.
        sentences: (tokens, label), by split.
        threads: number of threads.
    """
    n_units = weights["readout.weight"].shape[1]
    results = {}
    with Engine(language.vectors, n_units, threads) as engine:
        for split, dataset in sentences.items():
            batches = sorted_batches(language.examples(dataset), SENTENCES_AT_ONCE)
            results[split] = evaluate(engine, weights, batches)
    return results


def compared_with_whole(
    truncation: pd.DataFrame, results: Mapping[str, tuple[float, float]], within: float
) -> pd.DataFrame:
    """Compare truncated networks with the whole one.

    Args:
        truncation: the table of `truncation_curves`.
        results: of the whole network, from `evaluations`.
        within: how far below the final dev accuracy a sufficient one may be.

    Returns:
        The table, with dev_accuracy_smooth, see `smoothed`; dev_margin, the share of the dev
        sentences by which it is sufficient (negative: by which it is not); train_change,
        the accuracy on the training sentences less that of the whole network.
    """
    (_, train_accuracy), (_, final) = results["train"], results["dev"]
    smooth = truncation.groupby("target", sort=False).dev_accuracy.transform(
        lambda accuracies: smoothed(accuracies, final)[:-1]
    )
    return truncation.assign(
        dev_accuracy_smooth=smooth,
        dev_margin=smooth - (final - within),
        train_change=truncation.train_accuracy - train_accuracy,
    )


def smoothed(accuracies: Sequence[float], whole: float) -> np.ndarray:
    """Return running medians over `NEIGHBOURS` ranks, fewer at both ends.

    Args:
        accuracies: of the truncations of rank 0, 1, 2, …
        whole: accuracy of the network that is not truncated.

    Returns:
        A median per rank; the last one is that of the whole network.
    """
    curve = pd.Series([*accuracies, whole])
    return curve.rolling(NEIGHBOURS, center=True, min_periods=1).median().to_numpy()


def summary(
    trained: TrainedLSTM,
    results: Mapping[str, tuple[float, float]],
    truncation: pd.DataFrame,
    curves: pd.DataFrame,
    within: float,
) -> pd.DataFrame:
    """Return one row on the network, tested in evaluation mode after its last epoch.

    Args:
        trained: the network.
        results: from `evaluations`; "dev" is one of its splits.
        truncation: the table of `compared_with_whole`.
        curves: its learning curves: dev_loss, dev_accuracy, train_accuracy per epoch.
        within: how far below the final dev accuracy a sufficient one may be.

    Returns:
        N, epochs; loss and accuracy of each split; dev_loss_median, dev_accuracy_median and
        train_accuracy_median (with dropout) of the last `LAST_EPOCHS` epochs; of each target,
        sufficient_rank and lasting_rank, see `sufficient_ranks`, the same by the smoothed
        curve, and the shares of the dev sentences without which these two would be others:
        sufficient_share, by which the first rank suffices, and lasting_share, by which the
        rank below the other does not (NaN if that is 0); device.
    """
    row: dict[str, object] = {"N": trained.run.n, "epochs": trained.run.epochs}
    for split, (loss, accuracy) in results.items():
        row |= {f"{split}_loss": loss, f"{split}_accuracy": accuracy}
    last = curves.sort_values("epoch").tail(LAST_EPOCHS)
    for name in ("dev_loss", "dev_accuracy", "train_accuracy"):
        row[f"{name}_median"] = last[name].median()
    least = results["dev"][1] - within
    for target, curve in truncation.groupby("target", sort=False):
        for prefix, column in (("", "dev_accuracy"), ("smooth_", "dev_accuracy_smooth")):
            first, lasting = sufficient_ranks(curve[column], least)
            row |= {
                f"{prefix}sufficient_rank_{target}": first,
                f"{prefix}lasting_rank_{target}": lasting,
            }
        margins = np.append(curve.dev_margin, within)
        row |= {
            f"sufficient_share_{target}": margins[first],
            f"lasting_share_{target}": -margins[lasting - 1] if lasting else np.nan,
        }
    return pd.DataFrame([{**row, "device": trained.device}])


def compression(
    trained: TrainedLSTM,
    language: Language,
    dev_set: Dataset,
    rank: int,
    whole_bytes: int,
    threads: int,
) -> pd.DataFrame:
    """Return one row: the size and the loss of an LSTM that is rebuilt from few bytes.

    The bytes have the run, from whose seed W0 is drawn again, the factors of dW of the
    matrices that Fig. 5(b) truncates, and the other weights whole.

    Args:
        trained: the network.
        language: its vocabulary.
        dev_set: sentences (tokens, label) to test on.
        rank: of dW of each truncated matrix.
        whole_bytes: size of the file with all weights.
        threads: number of threads.

    Returns:
        experiment, treebank, g (missing), seed, rank, bytes, whole_bytes; loss and
        whole_loss, accuracy and whole_accuracy of the rebuilt and of the trained network;
        initial_loss (missing).
    """
    data = pack({"": factored(trained, rank)}, "run", vars(trained.run))
    networks, run = unpack(data, "run")
    rebuilt = rebuilt_weights(Run(**run), networks[""])
    (loss, accuracy), (whole_loss, whole_accuracy) = (
        evaluations(weights, language, {"dev": dev_set}, threads)["dev"]
        for weights in (rebuilt, trained.final)
    )
    row = {
        "experiment": trained.experiment,
        "treebank": trained.treebank,
        "g": None,
        "seed": trained.run.seed,
        "rank": rank,
        "bytes": len(data),
        "whole_bytes": whole_bytes,
        "loss": loss,
        "whole_loss": whole_loss,
        "initial_loss": None,
        "accuracy": accuracy,
        "whole_accuracy": whole_accuracy,
    }
    return pd.DataFrame([row])


def sufficient_ranks(accuracies: Sequence[float], least: float) -> tuple[int, int]:
    """Return the first sufficient rank, and the rank from which on all are sufficient.

    The whole network, of a rank one above the last truncation's, is always sufficient.

    Args:
        accuracies: of the truncations of rank 0, 1, 2, …
        least: accuracy of a sufficient rank, such as one point below the final one.
    """
    sufficient = np.append(np.asarray(accuracies) >= least, True)
    insufficient = np.flatnonzero(~sufficient)
    lasting = insufficient[-1] + 1 if len(insufficient) else 0
    return int(np.argmax(sufficient)), int(lasting)
