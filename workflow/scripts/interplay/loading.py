"""Load a trained network by the name of its experiment, g and seed."""

import glob
import math
import operator
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, SupportsFloat, SupportsIndex, overload

from interplay.nonlinear.stored import stored_networks
from interplay.nonlinear.trained import TrainedNetwork
from interplay.runs.stored import Stored
from interplay.sentiment.stored import stored_lstms
from interplay.sentiment.trained import TrainedLSTM
from interplay.storage.errors import InputError

VARIABLE = "INTERPLAY_RESULTS"
"""environment variable that names a results folder"""

FOLDERS = (Path("results"), Path("paper") / "results")
"""of results, in a checkout: of the last run, and the archived ones"""

ARCHIVED = "sources.tar.xz"
"""file that an archive has, and a results folder has not"""

PACKAGE = Path(__file__).parent

CLOSE = 1e-6
"""largest difference between a g that is asked for and the g of the network"""

NAMED = 5
"""how many networks that cannot be loaded are named"""


@overload
def load(
    experiment: str,
    g: SupportsFloat,
    seed: SupportsIndex,
    results: str | Path | None = None,
) -> TrainedNetwork: ...
@overload
def load(
    experiment: str,
    g: None = None,
    *,
    seed: SupportsIndex,
    results: str | Path | None = None,
) -> TrainedLSTM: ...
def load(
    experiment: str,
    g: SupportsFloat | None = None,
    seed: SupportsIndex | None = None,
    results: str | Path | None = None,
) -> TrainedNetwork | TrainedLSTM:
    """Return a trained network: a rate network with its g, or an LSTM, which has no g.

    A results folder of the workflow has the network as it was trained. An archived folder,
    such as paper/results, has the network with dW truncated at its attribute `rank`; its
    losses are float32, or empty without a table of them.

    Args:
        experiment: name of the experiment in the configuration, such as "mante" or "lstm".
        g: strength of the initial connectivity; the network with the nearest g, at most
            1e-6 away. None for an LSTM.
        seed: number of the instance.
        results: folder of the workflow's results, or an archived one. If None: the folder
            that the environment variable INTERPLAY_RESULTS names; without the variable,
            `results` and `paper/results` in the current folder, then in the repository
            that this library is a part of.

    Raises:
        InputError: there is no such network or no such folder, or a file is damaged.
    """
    if not isinstance(experiment, str):
        raise InputError(f"experiment: expected a name, found {experiment!r}")
    wanted_g = None if g is None else _number(g)
    wanted = Stored(experiment, wanted_g, _whole_number(seed), read=None)
    folders = _folders(results)
    for folder in folders:
        found = [
            network
            for network in _stored(folder, glob.escape(experiment))
            if network.seed == wanted.seed and _distance(network, wanted) <= CLOSE
        ]
        finished = [network for network in found if network.read]
        if finished:
            nearest = min(finished, key=lambda network: _distance(network, wanted))
            assert nearest.read is not None
            return nearest.read()
    raise InputError(_none_found(folders, wanted))


def _stored(folder: Path, experiment: str) -> Iterator[Stored]:
    yield from stored_networks(folder, experiment)
    yield from stored_lstms(folder, experiment)


def _distance(network: Stored, wanted: Stored) -> float:
    if network.g is None or wanted.g is None:
        return 0.0 if network.g is wanted.g else math.inf
    # Rounded, because 0.9 + 1e-6 is more than 1e-6 from 0.9 in binary.
    return round(abs(network.g - wanted.g), 12)


def _number(g: SupportsFloat) -> float:
    """Return a scalar of Python, NumPy, torch or another library as a float.

    Raises:
        InputError: it is no scalar, a boolean, or not finite.
    """
    dtype = getattr(g, "dtype", None)
    if dtype is None:
        is_scalar = isinstance(g, SupportsFloat) and not isinstance(g, bool)
    else:
        # Text and booleans of NumPy have __float__, too.
        is_number = re.search("float|int", str(dtype).lower())
        is_scalar = is_number and not getattr(g, "ndim", 0)
    if is_scalar:
        try:
            number = float(g)
        except (TypeError, ValueError, OverflowError, RuntimeError):
            number = math.nan
        if math.isfinite(number):
            return number
    raise InputError(f"g: expected a finite number, found {g!r}")


def _whole_number(seed: Any) -> int:
    # operator.index takes booleans.
    if "bool" not in str(getattr(seed, "dtype", type(seed).__name__)):
        try:
            return operator.index(seed)
        except TypeError:
            pass
    raise InputError(f"seed: expected a whole number, found {seed!r}")


def _folders(results: str | Path | None) -> list[Path]:
    """Return the folders to search, in this order.

    Raises:
        InputError: a folder that the user named does not exist.
    """
    variable = os.environ.get(VARIABLE)
    named = variable or None if results is None else results
    if named is None:
        repository = PACKAGE.parents[2]
        # An installed library has other people's files three folders above it.
        is_checkout = (repository / "workflow/scripts/interplay").is_dir()
        places = [Path(), repository] if is_checkout else [Path()]
        folders = [place / folder for place in places for folder in FOLDERS]
        return list({folder.resolve(): folder for folder in folders}.values())
    name = f"{VARIABLE}={variable}" if results is None else results
    try:
        folder = Path(named).expanduser()
    except TypeError:
        raise InputError(f"results: expected a folder, found {results!r}") from None
    except RuntimeError as error:
        raise InputError(f"{name}: expected a folder of results: {error}") from None
    if not folder.is_dir() or results == "":
        found = "a file" if folder.is_file() else "nothing"
        raise InputError(f"{name}: expected a folder of results, found {found}")
    return [folder]


def _none_found(folders: Sequence[Path], wanted: Stored) -> str:
    """Say that there is no such network, and which networks there are."""
    searched = ", ".join(
        _shown(folder) + ("" if folder.is_dir() else " (does not exist)")
        for folder in folders
    )
    networks = [network for folder in folders for network in _stored(folder, "*")]
    if not networks:
        kinds = dict.fromkeys(_kind(folder) for folder in folders if folder.is_dir())
        return (
            f"{searched}: expected trained networks, found {', '.join(kinds) or 'none'}; "
            f"{_suggestion(folders)}"
        )
    finished = [network for network in networks if network.read]
    ended = {network.name for network in finished}
    others = [network for network in networks if network.name not in ended]
    said = f"{searched}: expected the network {wanted.name}, found none; " + (
        _of_experiment(finished, wanted)
        or f"experiments: {_names(network for network in finished if network.g is not None)}"
        f"; LSTMs: {_names(network for network in finished if network.g is None)}"
    )
    if others:
        named = ", ".join(network.name for network in others[:NAMED])
        archived = all(
            (folder / ARCHIVED).exists() for folder in folders if folder.is_dir()
        )
        why = "not archived" if archived else "in training, or stopped"
        said += f"; {why}: {named}"
        said += f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
    return said


def _of_experiment(networks: Iterable[Stored], wanted: Stored) -> str:
    """Say which networks an experiment has; nothing if it has none."""
    own = [network for network in networks if network.experiment == wanted.experiment]
    if not own:
        return ""
    g = ", ".join(map(str, sorted({one.g for one in own if one.g is not None})))
    seeds = ", ".join(map(str, sorted({network.seed for network in own})))
    if not g:
        no_g = "" if wanted.g is None else " and no g, since its networks are LSTMs"
        return f"{wanted.experiment} has seeds {seeds}{no_g}"
    return f"{wanted.experiment} has g = {g} and seeds {seeds}"


def _names(networks: Iterable[Stored]) -> str:
    return ", ".join(sorted({network.experiment for network in networks})) or "none"


def _kind(folder: Path) -> str:
    """Say what a folder is that has no networks."""
    parts = {path.name for path in folder.iterdir()}
    if {"Snakefile", "workflow"} <= parts:
        return "a checkout"
    if _results_above(folder):
        return "a part of a results folder"
    if {"index.html", "claims.html"} <= parts:
        return "a site"
    if ARCHIVED in parts:
        return "an archive without networks"
    if "linear" in parts:
        return "linear networks only, which cannot be loaded"
    if parts & {"nonlinear", "sentiment", "tables", "logs", "receipts.jsonl"}:
        return "a results folder without trained networks"
    return "another folder" if parts else "an empty folder"


def _results_above(folder: Path) -> Path | None:
    """Return the results folder that a folder is a part of."""
    above = folder.resolve().parents
    return next((each for each in above if _has_networks(each)), None)


def _has_networks(folder: Path) -> bool:
    return any(network.read for network in _stored(folder, "*"))


def _suggestion(folders: Iterable[Path]) -> str:
    """Name a folder with networks near one of the folders, such as results/preview."""
    for folder in folders:
        below = [folder, *(folder / each for each in FOLDERS), *sorted(folder.glob("*"))]
        below += sorted(folder.glob("results/*"))
        near = [_results_above(folder), *below]
        for path in near:
            if path and _has_networks(path):
                return f"try results={_shown(path)!r}"
    return "run `make preview`, or name a results folder"


def _shown(path: Path) -> str:
    """Return a path as text, relative to the current folder if that is shorter."""
    return min(str(path), os.path.relpath(path), key=len)
