"""Keep the networks of an experiment in one small file, and rebuild them (Section 5).

For each network the file has the run, from whose seed W0 is drawn again, the factors of dW
at the rank that the network needs, Eq. (4), and B and C whole. The dW of a network without
a functional rank is kept whole.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from interplay.lowrank.truncation import factors
from interplay.nonlinear.trained import TrainedNetwork, trained_network
from interplay.nonlinear.training import Run, initial_weights
from interplay.storage.arrays import read_arrays, read_metadata, write_arrays
from interplay.storage.errors import InputError

ABOUT = "networks"
"""key of the descriptions of all networks (JSON) in the file's metadata"""

RECORDED = ("run", "task", "W0_sha256", "epochs", "diverged")
"""entries of a training job's record that are kept"""

MEASURED = ("initial_loss", "final_loss", "convergence_epoch", "functional_rank")
"""measurements that are kept; `final_loss` is that of the network before truncation"""

COUNTS = ("convergence_epoch", "functional_rank")
"""the measurements that are whole numbers"""


@dataclass(frozen=True)
class KeptNetwork:
    """A network whose dW is truncated if a low rank is sufficient."""

    about: Mapping[str, Any]
    """the entries `RECORDED` and `MEASURED`, `machine` with the device, `rank` of dW (None
    if it is whole), and `loss`, which the kept network has on the run's own test trials"""
    arrays: Mapping[str, np.ndarray]
    """float32: left (N, rank) and right (rank, N), whose product is dW, or dW (N, N);
    B (N, Nin) and C (Nout, N)"""

    @property
    def name(self) -> str:
        """Name in the file, such as g0.9/seed3."""
        run = self.about["run"]
        return network_name(run["g"], run["seed"])

    @property
    def dW(self) -> np.ndarray:
        """The change of connectivity as kept, (N, N)."""
        if "dW" in self.arrays:
            return self.arrays["dW"]
        return self.arrays["left"] @ self.arrays["right"]


def network_name(g: float, seed: int) -> str:
    """Return the name of a network among those of its experiment: g0.9/seed3."""
    return f"g{float(g)}/seed{seed}"


def keep(
    trained: TrainedNetwork,
    record: Mapping[str, Any],
    measured: Mapping[str, Any],
    n_test_trials: int,
) -> KeptNetwork:
    """Truncate dW at the functional rank, if there is one, and measure what is left.

    Args:
        trained: the network; it has not diverged.
        record: its training job's record.json.
        measured: the entries `MEASURED`; NaN for a missing number.
        n_test_trials: number of the run's test trials for the loss.
    """
    numbers = {key: _number(key, measured[key]) for key in MEASURED}
    rank = numbers["functional_rank"]
    about = {
        **{key: record[key] for key in RECORDED},
        "machine": {"device": trained.device},
        **numbers,
        "rank": rank,
    }
    arrays = {"B": trained.network.B, "C": trained.network.C}
    if rank is None:
        arrays["dW"] = trained.dW
    else:
        arrays["left"], arrays["right"] = factors(trained.dW, rank)
    kept = KeptNetwork(about, arrays)
    again = rebuilt(kept)
    (loss,) = again.losses_with([again.network.W], n_test_trials)
    return replace(kept, about={**about, "loss": loss})


def _number(key: str, value: Any) -> Any:
    """Return a measurement as JSON has it: whole numbers as such, NaN as None."""
    if pd.isna(value):
        return None
    return int(value) if key in COUNTS else float(value)


def rebuilt(kept: KeptNetwork) -> TrainedNetwork:
    """Rebuild a network: W = W0 + dW, with W0 drawn from the run's seed.

    Returns:
        The network with its dW as kept, and without the losses of its training.

    Raises:
        InputError: the W0 drawn is not the W0 that the network started from.
    """
    B, C = kept.arrays["B"], kept.arrays["C"]
    run = Run(**kept.about["run"])
    W0 = initial_weights(run, B.shape[1], C.shape[0])["W"]
    weights = {"W": W0 + kept.dW, "B": B, "C": C}
    return trained_network(kept.about, weights, np.empty(0), kept.about["rank"])


def write_kept(networks: Iterable[KeptNetwork], path: str | Path) -> None:
    """Write the networks of one experiment to a safetensors file."""
    networks = list(networks)
    arrays = {
        f"{network.name}/{part}": array
        for network in networks
        for part, array in network.arrays.items()
    }
    about = {network.name: dict(network.about) for network in networks}
    write_arrays(arrays, path, {ABOUT: json.dumps(about, allow_nan=False)})


def read_kept(path: str | Path) -> dict[str, KeptNetwork]:
    """Read the networks of a file, by their names.

    Raises:
        InputError: the file is missing, damaged or another one.
    """
    metadata, arrays = read_metadata(path), read_arrays(path)
    if ABOUT not in metadata:
        raise InputError(f"{path}: expected kept networks, found other arrays")
    parts: dict[str, dict[str, np.ndarray]] = {}
    for key, array in arrays.items():
        name, _, part = key.rpartition("/")
        parts.setdefault(name, {})[part] = array
    return {
        name: KeptNetwork(about, parts[name])
        for name, about in json.loads(metadata[ABOUT]).items()
    }


def kept_table(networks: Iterable[KeptNetwork], measured: pd.DataFrame) -> pd.DataFrame:
    """Return a row per network of an experiment: its losses before and after truncation.

    Args:
        networks: those that were kept.
        measured: the experiment's networks.csv.

    Returns:
        experiment, task, g, seed, the columns `MEASURED`, and of the kept network `rank`,
        `loss` and `bytes`. `rank` is empty if dW is whole. All three are empty for a network
        that diverged and was not kept.
    """
    rows = [
        {
            **{key: network.about["run"][key] for key in ("g", "seed")},
            **{key: network.about[key] for key in ("rank", "loss")},
            "bytes": sum(array.nbytes for array in network.arrays.values()),
        }
        for network in networks
    ]
    columns = ["experiment", "task", "g", "seed", *MEASURED]
    kept = pd.DataFrame(rows, columns=["g", "seed", "rank", "loss", "bytes"])
    table = measured[columns].merge(kept, "left", ["g", "seed"])
    return table.astype(dict.fromkeys((*COUNTS, "rank", "bytes"), "Int64"))
