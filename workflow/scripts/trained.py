"""Reading back what a training of section 2 left, for the scripts that measure it."""

from interplay.nonlinear.trained import TrainedNetwork, trained_network
from interplay.storage.arrays import read_arrays
from interplay.storage.files import read_json
from interplay.storage.tables import read_table


def read_trained(network: str, loss: str, record: str) -> TrainedNetwork:
    """Read a trained network from the three files of its training job."""
    losses = read_table(loss)["loss"].to_numpy()
    return trained_network(read_json(record), read_arrays(network), losses)
