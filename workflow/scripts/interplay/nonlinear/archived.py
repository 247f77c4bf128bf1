"""Archive the trained networks of an experiment in one small file (Section 5).

For each network the file has the run, from whose seed W0 is drawn again, the factors of dW
at the rank that the network needs, Eq. (4), and B and C whole. The dW of a network without
a functional rank is stored whole.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import safetensors

from interplay.lowrank.factored import Factored, pack, unpack
from interplay.nonlinear.run import Run, initial_weights
from interplay.nonlinear.trained import TrainedNetwork, trained_network
from interplay.storage.errors import InputError
from interplay.storage.files import reading, replacing
from interplay.tasks import make_task
from interplay.tasks.trials import Task

ABOUT = "networks"
"""key of the descriptions of all networks, by name, in the file's metadata"""

RECORDED = ("run", "task", "W0_sha256", "epochs", "diverged")
"""entries of a training job's record that are archived"""

MEASURED = ("initial_loss", "final_loss", "convergence_epoch", "functional_rank")
"""measurements that are archived; `final_loss` is that of the network before truncation"""

COUNTS = ("convergence_epoch", "functional_rank")
"""the measurements that are whole numbers"""


@dataclass(frozen=True, eq=False)
class ArchivedNetwork:
    """A network whose dW is truncated if a low rank is sufficient."""

    about: Mapping[str, Any]
    """the entries `RECORDED` and `MEASURED`, `machine` with the device, `rank` of dW (None
    if it is whole), and `loss`, which the archived network has on the run's own test trials"""
    factored: Factored
    """float32: dW of W; B (N, Nin) and C (Nout, N) whole"""

    @property
    def name(self) -> str:
        """Name in the file, such as g0.9/seed3."""
        run = self.about["run"]
        return network_name(run["g"], run["seed"])

    def rebuild(self) -> TrainedNetwork:
        """Rebuild the network: W = W0 + dW, with W0 drawn from the run's seed.

        Returns:
            The network with its dW as archived, and without the losses of its training.

        Raises:
            InputError: the W0 drawn is not the W0 that the network started from, or the
                arrays are not those of such a network.
        """
        run = Run(**self.about["run"])
        task = make_task(run.task_name, **self.about["task"])
        weights = rebuilt_weights(run, task, self.factored)
        return trained_network(self.about, weights, np.empty(0), self.about["rank"])


def network_name(g: float, seed: int) -> str:
    """Return the name of a network among those of its experiment: g0.9/seed3."""
    return f"g{float(g)}/seed{seed}"


def factored(trained: TrainedNetwork, rank: int | None) -> Factored:
    """Return a network without W0: dW truncated at a rank or, if that is None, whole."""
    whole = {"B": trained.network.B, "C": trained.network.C}
    return Factored.of({"W": trained.dW}, whole, rank)


def rebuilt_weights(run: Run, task: Task, network: Factored) -> dict[str, np.ndarray]:
    """Return W, B and C, float32, with W0 drawn from the run's seed."""
    return network.weights(initial_weights(run, task.n_inputs, task.n_outputs))


def archive_network(
    trained: TrainedNetwork,
    record: Mapping[str, Any],
    measured: Mapping[str, Any],
    n_test_trials: int,
) -> ArchivedNetwork:
    """Truncate dW at the functional rank, if there is one, and measure the resulting loss.

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
    archived = ArchivedNetwork(about, factored(trained, rank))
    rebuilt = archived.rebuild()
    (loss,) = rebuilt.losses_with([rebuilt.network.W], n_test_trials)
    return replace(archived, about={**about, "loss": loss})


def _number(key: str, value: Any) -> Any:
    """Return a measurement as JSON has it: whole numbers as such, NaN as None."""
    if pd.isna(value):
        return None
    return int(value) if key in COUNTS else float(value)


def write_archived(networks: Iterable[ArchivedNetwork], path: str | Path) -> None:
    """Write the networks of one experiment to a file; see `interplay.lowrank.factored`."""
    named = {network.name: network for network in networks}
    data = pack(
        {name: network.factored for name, network in named.items()},
        ABOUT,
        {name: dict(network.about) for name, network in named.items()},
    )
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def read_archived(path: str | Path) -> dict[str, ArchivedNetwork]:
    """Read the networks of a file, by their names.

    Raises:
        InputError: the file is missing, damaged or another one.
    """
    try:
        with reading(path, "archived networks", safetensors.SafetensorError):
            networks, about = unpack(Path(path).read_bytes(), ABOUT)
    except KeyError:
        raise InputError(
            f"{path}: expected archived networks, found other arrays"
        ) from None
    return {
        name: ArchivedNetwork(description, networks[name])
        for name, description in about.items()
    }


def archive_table(
    networks: Iterable[ArchivedNetwork], measured: pd.DataFrame
) -> pd.DataFrame:
    """Return a row per network of an experiment: its losses before and after truncation.

    Args:
        networks: those that were archived.
        measured: the experiment's networks.csv.

    Returns:
        experiment, task, g, seed, the columns `MEASURED`, and of the archived network
        `rank`, `loss` and `bytes`. `rank` is empty if dW is whole. All three are empty for a
        network that diverged and was not archived.
    """
    rows = [
        {
            **{key: network.about["run"][key] for key in ("g", "seed")},
            **{key: network.about[key] for key in ("rank", "loss")},
            "bytes": network.factored.nbytes,
        }
        for network in networks
    ]
    columns = ["experiment", "task", "g", "seed", *MEASURED]
    archived = pd.DataFrame(rows, columns=["g", "seed", "rank", "loss", "bytes"])
    table = measured[columns].merge(archived, "left", ["g", "seed"])
    return table.astype(dict.fromkeys((*COUNTS, "rank", "bytes"), "Int64"))
