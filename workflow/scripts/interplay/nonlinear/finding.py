"""Find a trained network by experiment, g and seed."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from interplay.nonlinear.kept import network_name, read_kept, rebuilt
from interplay.nonlinear.loading import FILES, read_network
from interplay.nonlinear.trained import TrainedNetwork
from interplay.storage.errors import InputError

REPOSITORY = Path(__file__).parents[4]
"""the repository that this file is a part of, unless the library was copied elsewhere"""

NETWORKS, KEPT = "nonlinear", "networks"
"""folders of a results folder: of trained networks, and of kept ones"""

LOSSES = Path("tables") / "nonlinear_loss.parquet"
"""a results folder's table of the losses of all networks"""


def load(
    experiment: str, g: float, seed: int, results: str | Path | None = None
) -> TrainedNetwork:
    """Return a trained network.

    A results folder of the workflow has the network as it was trained. An archived one,
    such as paper/results, has kept networks: dW is truncated at `TrainedNetwork.rank`, and
    `TrainedNetwork.losses` are float32, or empty without a table of them.

    Args:
        experiment: name of the experiment in the configuration, such as "mante".
        g: strength of the initial connectivity.
        seed: number of the instance.
        results: folder of the workflow's results, or an archived one. If None: the folder
            `results` here, the one in the repository, and then the repository's
            `paper/results`.

    Raises:
        InputError: there is no such network, or a file is damaged.
    """
    folders = default_folders() if results is None else [Path(results)]
    name = network_name(g, seed)
    for folder in folders:
        trained = folder / NETWORKS / experiment / name
        if (trained / FILES[-1]).is_file():
            return read_network(*(trained / file for file in FILES))
        kept = folder / KEPT / f"{experiment}.safetensors"
        if kept.is_file() and name in (networks := read_kept(kept)):
            losses = _losses(folder / LOSSES, experiment, g, seed)
            return replace(rebuilt(networks[name]), losses=losses)
    places = ", ".join(os.path.relpath(folder) for folder in folders)
    raise InputError(
        f"{places}: expected the network {experiment}/{name}, found none; "
        f"{_there_are(folders, experiment)}"
    )


def _losses(path: Path, experiment: str, g: float, seed: int) -> np.ndarray:
    """Return the losses of one network from a table of many: (epoch,), or (0,) if missing."""
    if not path.is_file():
        return np.empty(0)
    chosen = [("experiment", "==", experiment), ("g", "==", g), ("seed", "==", seed)]
    rows = pd.read_parquet(path, columns=["epoch", "loss"], filters=chosen)
    return rows.sort_values("epoch").loss.to_numpy()


def default_folders() -> list[Path]:
    """Return the results folders that `load` looks in, first to last."""
    folders = [
        Path("results"),
        REPOSITORY / "results",
        REPOSITORY / "paper" / "results",
    ]
    return list({folder.resolve(): folder for folder in folders}.values())


def networks_in(folders: Iterable[Path]) -> dict[str, list[str]]:
    """Return the names of the networks in results folders, by experiment, sorted."""
    found: dict[str, set[str]] = {}
    for folder in folders:
        for record in (folder / NETWORKS).glob(f"*/g*/seed*/{FILES[-1]}"):
            *_, experiment, g, seed, _ = record.parts
            found.setdefault(experiment, set()).add(f"{g}/{seed}")
        for kept in (folder / KEPT).glob("*.safetensors"):
            found.setdefault(kept.stem, set()).update(read_kept(kept))
    return {experiment: sorted(found[experiment]) for experiment in sorted(found)}


def _there_are(folders: Iterable[Path], experiment: str) -> str:
    """Say which experiments there are, and which networks if the experiment is there."""
    found = networks_in(folders)
    if experiment not in found:
        return f"experiments: {', '.join(found) or 'none; run `make preview`'}"
    values = [name.split("/seed") for name in found[experiment]]
    gs = sorted({float(g.removeprefix("g")) for g, _ in values})
    seeds = sorted({int(seed) for _, seed in values})
    return (
        f"{experiment} has g = {', '.join(map(str, gs))} and "
        f"seeds {', '.join(map(str, seeds))}"
    )
