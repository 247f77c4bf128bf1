"""Rate networks in a results folder: as trained, and archived."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd

from interplay.nonlinear.archived import ArchivedNetwork, read_archived
from interplay.nonlinear.job import FILES
from interplay.nonlinear.trained import TrainedNetwork, read_network
from interplay.runs.stored import Stored

LOSSES = Path("tables") / "nonlinear_loss.parquet"
"""a results folder's table of the losses of all networks"""


def stored_networks(folder: Path, experiment: str) -> Iterator[Stored]:
    """Yield networks: first those with the whole dW, then archived ones.

    Args:
        folder: of results.
        experiment: its name, or a pattern of names, such as "*".
    """
    for place in folder.glob(f"nonlinear/{experiment}/g*/seed*/"):
        g, seed = place.parts[-2:]
        if not (re.fullmatch(r"g[\d.e+-]+", g) and re.fullmatch(r"seed\d+", seed)):
            continue
        # A training job writes its record last.
        *_, record = files = [place / file for file in FILES]
        read = partial(read_network, *files) if record.is_file() else None
        yield Stored(place.parts[-3], float(g[1:]), int(seed[4:]), read)
    for archive in folder.glob(f"networks/{experiment}.safetensors"):
        for network in read_archived(archive).values():
            run = network.about["run"]
            read = partial(_rebuild, network, folder / LOSSES, archive.stem)
            yield Stored(archive.stem, run["g"], run["seed"], read)


def _rebuild(network: ArchivedNetwork, losses: Path, experiment: str) -> TrainedNetwork:
    """Rebuild an archived network, with its losses if there is a table of them."""
    trained = network.rebuild()
    if not losses.is_file():
        return trained
    wanted = {"experiment": experiment, "g": trained.run.g, "seed": trained.run.seed}
    chosen = [(column, "==", value) for column, value in wanted.items()]
    rows = pd.read_parquet(losses, columns=["epoch", "loss"], filters=chosen)
    return replace(trained, losses=rows.sort_values("epoch").loss.to_numpy())
