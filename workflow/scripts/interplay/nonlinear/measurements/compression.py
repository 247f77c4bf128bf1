"""A network rebuilt from the seed of W0 and a few factors of dW (Section 5)."""

from dataclasses import replace

import pandas as pd

from interplay.lowrank.factored import pack, unpack
from interplay.nonlinear.archived import factored, rebuilt_weights
from interplay.nonlinear.network import Network
from interplay.nonlinear.run import Run
from interplay.nonlinear.trained import TrainedNetwork

COLUMNS = [
    "experiment", "treebank", "g", "seed", "rank", "bytes", "whole_bytes", "loss",
    "whole_loss", "initial_loss", "accuracy", "whole_accuracy",
]  # fmt: skip


def compression(
    trained: TrainedNetwork,
    experiment: str,
    rank: int,
    whole_bytes: int,
    n_test_trials: int,
) -> pd.DataFrame:
    """Return one row: the size and the loss of a network that is rebuilt from few bytes.

    The bytes have the run, from whose seed W0 is drawn again, the factors of dW, Eq. (4),
    and B and C whole.

    Args:
        trained: the network.
        experiment: its name in the configuration.
        rank: of dW.
        whole_bytes: size of the file with all weights.
        n_test_trials: number of trials that the losses are averaged over.

    Returns:
        The columns `COLUMNS`: the loss of the rebuilt network, whole_loss of the trained
        one, initial_loss of the first training batch. treebank and the accuracies, which
        only LSTMs have, are missing. No row for a network that diverged.
    """
    if trained.diverged:
        return pd.DataFrame(columns=COLUMNS)
    data = pack({"": factored(trained, rank)}, "run", vars(trained.run))
    networks, run = unpack(data, "run")
    weights = rebuilt_weights(Run(**run), trained.task, networks[""])
    rebuilt = replace(trained, network=Network(**weights))
    loss, whole_loss = (
        network.losses_with([network.network.W], n_test_trials)[0]
        for network in (rebuilt, trained)
    )
    row = {
        "experiment": experiment,
        "treebank": "",
        "g": trained.run.g,
        "seed": trained.run.seed,
        "rank": rank,
        "bytes": len(data),
        "whole_bytes": whole_bytes,
        "loss": loss,
        "whole_loss": whole_loss,
        "initial_loss": trained.losses[0],
    }
    return pd.DataFrame([row], columns=COLUMNS)
