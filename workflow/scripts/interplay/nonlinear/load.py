"""Load a trained rate network by the name of its experiment, g and seed."""

import operator
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple, SupportsFloat, SupportsIndex

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
    searched = ", ".join(
        _shown(folder) + ("" if folder.is_dir() else " (does not exist)")
        for folder in folders
    )
    raise InputError(
        f"{searched}: expected the network {wanted}, found none; "
        f"{_contents(folders, experiment)}"
    )


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
    """Return the folders to search, in this order.

    Raises:
        InputError: a folder that the user named does not exist.
    """
    variable = os.environ.get(VARIABLE)
    named = variable if results is None else results
    if not named:
        repository = PACKAGE.parents[2]
        # An installed library has other people's files three folders above it.
        is_checkout = (repository / "workflow/scripts/interplay").is_dir()
        places = [Path(), repository] if is_checkout else [Path()]
        folders = [place / folder for place in places for folder in FOLDERS]
        return list({folder.resolve(): folder for folder in folders}.values())
    try:
        folder = Path(named).expanduser()
    except RuntimeError as error:
        raise InputError(f"{named}: expected a folder: {error}") from None
    if not folder.is_dir():
        found = "a file" if folder.exists() else "nothing"
        name = f"{VARIABLE}={named}" if results is None else named
        raise InputError(f"{name}: expected a folder of results, found {found}")
    return [folder]


def _networks(folder: Path, experiment: str) -> Iterator[Found]:
    """Yield the networks of an experiment: those with the whole dW, then archived ones."""
    # A training job writes its record last.
    for record in (folder / NETWORKS / experiment).glob(f"g*/seed*/{FILES[-1]}"):
        g, seed = record.parts[-3:-1]
        read = partial(read_network, *(record.with_name(file) for file in FILES))
        yield Found(float(g.removeprefix("g")), int(seed.removeprefix("seed")), read)
    archive = folder / ARCHIVED / f"{experiment}.safetensors"
    if archive.is_file():
        for network in read_archived(archive).values():
            read = partial(_rebuild, network, folder / LOSSES, experiment)
            yield Found(network.about["run"]["g"], network.about["run"]["seed"], read)


def _rebuild(network: ArchivedNetwork, losses: Path, experiment: str) -> TrainedNetwork:
    """Rebuild an archived network, with its losses if there is a table of them."""
    trained = network.rebuild()
    if not losses.is_file():
        return trained
    wanted = {"experiment": experiment, "g": trained.run.g, "seed": trained.run.seed}
    chosen = [(column, "==", value) for column, value in wanted.items()]
    rows = pd.read_parquet(losses, columns=["epoch", "loss"], filters=chosen)
    return replace(trained, losses=rows.sort_values("epoch").loss.to_numpy())


def _contents(folders: list[Path], experiment: str) -> str:
    """Say what the folders hold: networks of the experiment, others, LSTMs, or nothing."""
    found = [network for folder in folders for network in _networks(folder, experiment)]
    if found:
        g = ", ".join(map(str, sorted({network.g for network in found})))
        seeds = ", ".join(map(str, sorted({network.seed for network in found})))
        return f"{experiment} has g = {g} and seeds {seeds}"

    def experiments(pattern: str) -> list[str]:
        """Return the names below the first part of a pattern, without suffix."""
        paths = (
            path.relative_to(folder).parts[1]
            for folder in folders
            for path in folder.glob(pattern)
        )
        return sorted({name.removesuffix(".safetensors") for name in paths})

    archived = experiments(f"{ARCHIVED}/*.safetensors")
    trained = experiments(f"{NETWORKS}/*/g*/seed*/{FILES[-1]}")
    lstms = experiments(f"{LSTMS}/*/seed*/{FILES[-1]}")
    names = sorted({*archived, *trained})
    if not names and not lstms:
        return f"there are no networks; {_suggestion(folders)}"
    said = f"experiments: {', '.join(names) or 'none'}"
    if lstms:
        said += f"; LSTMs, which cannot be loaded yet: {', '.join(lstms)}"
    return said


def _suggestion(folders: list[Path]) -> str:
    """Name a folder in one of the folders that has networks, such as results/preview."""
    below = (path for folder in folders for path in sorted(folder.glob("*")))
    for path in below:
        if (path / NETWORKS).is_dir() or (path / ARCHIVED).is_dir():
            return f"try results={_shown(path)!r}"
    return "run `make preview`, or name a results folder"


def _shown(path: Path) -> str:
    """Return a path as text, relative to the current folder if that is shorter."""
    return min(str(path), os.path.relpath(path), key=len)
