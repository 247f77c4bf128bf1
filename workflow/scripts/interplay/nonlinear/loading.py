"""Read a trained network from the files of its training job."""

from pathlib import Path

from interplay.nonlinear.trained import TrainedNetwork, trained_network
from interplay.storage.arrays import read_arrays
from interplay.storage.files import read_json
from interplay.storage.tables import read_table

FILES = ("network.safetensors", "loss.parquet", "record.json")
"""of a training job: weights, losses, record"""


def read_network(
    network: str | Path, loss: str | Path, record: str | Path
) -> TrainedNetwork:
    """Read a trained network from the three files of its training job.

    Raises:
        InputError: a file is missing or damaged.
    """
    losses = read_table(loss)["loss"].to_numpy()
    return trained_network(read_json(record), read_arrays(network), losses)
