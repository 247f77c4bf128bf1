"""Load a trained network from a results folder."""

from pathlib import Path

from interplay.nonlinear.trained import TrainedNetwork, trained_network
from interplay.storage.arrays import read_arrays
from interplay.storage.errors import InputError
from interplay.storage.files import read_json
from interplay.storage.tables import read_table

FILES = ("network.safetensors", "loss.parquet", "record.json")
"""of a training job: weights, losses, record"""


def load(
    experiment: str, g: float, seed: int, results: str | Path = "results"
) -> TrainedNetwork:
    """Return a trained network.

    Args:
        experiment: name of the experiment in the configuration, such as "mante".
        g: strength of the initial connectivity.
        seed: number of the instance.
        results: folder of the workflow's results.

    Raises:
        InputError: there is no such network, or a file is damaged.
    """
    stage = Path(results) / "nonlinear"
    folder = stage / experiment / f"g{float(g)}" / f"seed{seed}"
    if not folder.is_dir():
        known = sorted(
            path.parent.relative_to(stage) for path in stage.glob("*/g*/seed*/")
        )
        names = sorted({path.parts[0] for path in known})
        raise InputError(
            f"{folder}: expected a trained network, found none; "
            f"experiments in {stage}: {', '.join(names) or 'none'}"
        )
    return read_network(*(folder / name for name in FILES))


def read_network(
    network: str | Path, loss: str | Path, record: str | Path
) -> TrainedNetwork:
    """Read a trained network from the three files of its training job.

    Raises:
        InputError: a file is missing or damaged.
    """
    losses = read_table(loss)["loss"].to_numpy()
    return trained_network(read_json(record), read_arrays(network), losses)
