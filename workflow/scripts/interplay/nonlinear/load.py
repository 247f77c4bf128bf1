"""Load a trained rate network by the name of its experiment, g and seed."""

import operator
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple, SupportsFloat, SupportsIndex

import numpy as np
import pandas as pd

from interplay.nonlinear.archived import ArchivedNetwork, network_name, read_archived
from interplay.nonlinear.job import FILES
from interplay.nonlinear.trained import TrainedNetwork, read_network
from interplay.storage.errors import InputError

VARIABLE = "INTERPLAY_RESULTS"
"""environment variable that names a results folder"""

FOLDERS = (Path("results"), Path("paper") / "results")
"""of results, in a checkout: of the last run, and the archived ones"""

PACKAGE = Path(__file__).parents[1]

NETWORKS, ARCHIVED, LSTMS = "nonlinear", "networks", "sentiment"
"""folders of a results folder: networks as trained, archived ones, LSTMs"""

LOSSES = Path("tables") / "nonlinear_loss.parquet"
"""a results folder's table of the losses of all networks"""

CLOSE = 1e-6
"""largest difference between a g that is asked for and the g of the network"""


class Found(NamedTuple):
    """One network of an experiment in a results folder."""

    g: float
    seed: int
    read: Callable[[], TrainedNetwork]


def load(
    experiment: str,
    g: SupportsFloat,
    seed: SupportsIndex,
    results: str | Path | None = None,
) -> TrainedNetwork:
    """Return a trained rate network. LSTMs cannot be loaded yet.

    A results folder of the workflow has the network as it was trained. An archived folder,
    such as paper/results, has the network with dW truncated at `TrainedNetwork.rank`;
    its `TrainedNetwork.losses` are float32, or empty without a table of them.

    Args:
        experiment: name of the experiment in the configuration, such as "mante".
        g: strength of the initial connectivity; the network with this g to within 1e-6.
        seed: number of the instance.
        results: folder of the workflow's results, or an archived one. If None: the folder
            that the environment variable INTERPLAY_RESULTS names; without the variable,
            `results` and `paper/results` in the current folder, then in the repository
            that this library is a part of.

    Raises:
        InputError: there is no such network or no such folder, or a file is damaged.
    """
    g, seed = _number(g), _whole_number(seed)
    folders = _folders(results)
    for folder in folders:
        found = [
            network
            for network in _networks(folder, experiment)
            if abs(network.g - g) <= CLOSE and network.seed == seed
        ]
        if found:
            return min(found, key=lambda network: abs(network.g - g)).read()
    wanted = f"{experiment}/{network_name(g, seed)}"
    raise InputError(
        f"{_listed(folders)}: expected the network {wanted}, found none; "
        f"{_contents(folders, experiment)}"
    )


def default_folders() -> list[Path]:
    """Return the results folders that `load` searches without `results`, in this order."""
    if named := os.environ.get(VARIABLE):
        return [Path(named).expanduser()]
    repository = PACKAGE.parents[2]
    # An installed library has other people's files three folders above it.
    is_checkout = (repository / "workflow/scripts/interplay").is_dir()
    places = [Path(), repository] if is_checkout else [Path()]
    folders = [place / folder for place in places for folder in FOLDERS]
    return list({folder.resolve(): folder for folder in folders}.values())


def _number(g: SupportsFloat) -> float:
    # Text has no __float__, unlike the numbers of Python, NumPy and torch.
    if not isinstance(g, SupportsFloat):
        raise InputError(f"g: expected a number, found {g!r}")
    return float(g)


def _whole_number(seed: SupportsIndex) -> int:
    try:
        return operator.index(seed)
    except TypeError:
        raise InputError(f"seed: expected a whole number, found {seed!r}") from None


def _folders(results: str | Path | None) -> list[Path]:
    """Return the folders to search.

    Raises:
        InputError: a folder that the user named does not exist.
    """
    try:
        folders = default_folders() if results is None else [Path(results).expanduser()]
    except RuntimeError as error:
        raise InputError(f"{results}: expected a folder: {error}") from None
    named = str(results) if results is not None else os.environ.get(VARIABLE)
    if named and not folders[0].is_dir():
        what = "a file" if folders[0].exists() else "nothing"
        name = named if results is not None else f"{VARIABLE}={named}"
        raise InputError(f"{name}: expected a folder of results, found {what}")
    return folders


def _networks(folder: Path, experiment: str) -> list[Found]:
    """Return the networks of an experiment: those with the whole dW, then archived ones."""
    # A training job writes its record last.
    records = (folder / NETWORKS / experiment).glob(f"g*/seed*/{FILES[-1]}")
    found = [_as_trained(record.parent) for record in records]
    archive = folder / ARCHIVED / f"{experiment}.safetensors"
    if archive.is_file():
        losses = folder / LOSSES
        for network in read_archived(archive).values():
            g, seed = network.about["run"]["g"], network.about["run"]["seed"]
            read = partial(_as_archived, network, losses, experiment)
            found.append(Found(g, seed, read))
    return found


def _as_trained(folder: Path) -> Found:
    """Return the network whose training job wrote to a folder …/g0.9/seed3."""
    g, seed = folder.parts[-2:]
    read = partial(read_network, *(folder / file for file in FILES))
    return Found(float(g.removeprefix("g")), int(seed.removeprefix("seed")), read)


def _as_archived(
    network: ArchivedNetwork, losses: Path, experiment: str
) -> TrainedNetwork:
    trained = network.rebuild()
    run = trained.run
    return replace(trained, losses=_losses(losses, experiment, run.g, run.seed))


def _losses(path: Path, experiment: str, g: float, seed: int) -> np.ndarray:
    """Return the losses of one network from a table of many: (epoch,), or (0,) if missing."""
    if not path.is_file():
        return np.empty(0)
    chosen = [("experiment", "==", experiment), ("g", "==", g), ("seed", "==", seed)]
    rows = pd.read_parquet(path, columns=["epoch", "loss"], filters=chosen)
    return rows.sort_values("epoch").loss.to_numpy()


def _contents(folders: Iterable[Path], experiment: str) -> str:
    """Say what the folders hold: networks of the experiment, others, LSTMs, or nothing."""
    folders = list(folders)
    found = [network for folder in folders for network in _networks(folder, experiment)]
    if found:
        gs = sorted({network.g for network in found})
        seeds = sorted({network.seed for network in found})
        return (
            f"{experiment} has g = {', '.join(map(str, gs))} and "
            f"seeds {', '.join(map(str, seeds))}"
        )
    names = {
        path.stem for each in folders for path in (each / ARCHIVED).glob("*.safetensors")
    }
    names |= _experiments(folders, NETWORKS, f"g*/seed*/{FILES[-1]}")
    lstms = _experiments(folders, LSTMS, f"seed*/{FILES[-1]}")
    if not names | lstms:
        return f"there are no networks; {_suggestion(folders)}"
    said = [f"experiments: {', '.join(sorted(names)) or 'none'}"]
    if lstms:
        said.append(f"LSTMs, which cannot be loaded yet: {', '.join(sorted(lstms))}")
    return "; ".join(said)


def _suggestion(folders: Iterable[Path]) -> str:
    """Name a folder in one of the folders that has networks, such as results/preview."""
    below = (path for folder in folders for path in sorted(folder.glob("*")))
    for path in below:
        if (path / NETWORKS).is_dir() or (path / ARCHIVED).is_dir():
            return f"try results={_shown(path)!r}"
    return "run `make preview`, or name a results folder"


def _experiments(folders: Iterable[Path], stage: str, records: str) -> set[str]:
    """Return the experiments of a stage that have a trained network."""
    return {
        path.relative_to(folder / stage).parts[0]
        for folder in folders
        for path in (folder / stage).glob(f"*/{records}")
    }


def _listed(folders: Iterable[Path]) -> str:
    """Return the folders, and which of them do not exist."""
    return ", ".join(
        _shown(folder) + ("" if folder.is_dir() else " (does not exist)")
        for folder in folders
    )


def _shown(path: Path) -> str:
    """Return a path as text, relative to the current folder if that is shorter."""
    return min(str(path), os.path.relpath(path), key=len)
