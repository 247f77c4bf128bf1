"""Keeping an LSTM's training on disk, so that a killed job goes on where it was."""

from pathlib import Path

import numpy as np
import torch

from interplay.errors import InputError
from interplay.sentiment.training import Epoch, State
from interplay.storage import read_arrays, write_arrays

GROUPS = ("weights", "means", "squares")


def write_checkpoint(state: State, identity: str, path: str | Path) -> None:
    """Write a state to a safetensors file, whole or not at all.

    Args:
        identity: what the run is made of; a checkpoint of another run is not taken up.
    """
    arrays = {
        f"{group}/{name}": tensor.numpy()
        for group in GROUPS
        for name, tensor in getattr(state, group).items()
    }
    arrays["steps"] = np.array([state.steps])
    arrays["seconds"] = np.array([state.wall_seconds, state.cpu_seconds])
    arrays["epochs"] = np.array(state.epochs, np.float64).reshape(-1, len(Epoch._fields))
    arrays["identity"] = np.frombuffer(identity.encode(), np.uint8)
    write_arrays(arrays, path)


def read_checkpoint(identity: str, path: str | Path) -> State | None:
    """Read the state of the run with this identity; None if there is no such checkpoint.

    Raises:
        InputError: the file is damaged.
    """
    if not Path(path).exists():
        return None
    arrays = read_arrays(path)
    try:
        if arrays["identity"].tobytes().decode() != identity:
            return None
        groups = {
            group: {
                name.removeprefix(f"{group}/"): torch.from_numpy(array)
                for name, array in arrays.items()
                if name.startswith(f"{group}/")
            }
            for group in GROUPS
        }
        epochs = [Epoch(*row) for row in arrays["epochs"].tolist()]
        wall, cpu = arrays["seconds"].tolist()
        return State(
            **groups,
            steps=arrays["steps"].item(),
            epochs=epochs,
            wall_seconds=wall,
            cpu_seconds=cpu,
        )
    except KeyError as error:
        raise InputError(f"{path}: expected a checkpoint, found no {error}") from None
