"""Keeping a training run's state on disk, so that a killed job goes on where it was."""

from pathlib import Path

import numpy as np
import torch

from interplay.errors import InputError
from interplay.storage import read_arrays, write_arrays
from interplay.training import State

GROUPS = ("weights", "means", "squares")


def save_checkpoint(state: State, identity: str, path: str | Path) -> None:
    """Write a state, whole or not at all.

    Args:
        identity: what the run is made of; a checkpoint of another run is not taken up.
    """
    arrays = {
        f"{group}/{name}": tensor.numpy()
        for group in GROUPS
        for name, tensor in getattr(state, group).items()
    }
    arrays["losses"] = np.asarray(state.losses, np.float64)
    arrays["identity"] = np.frombuffer(identity.encode(), np.uint8)
    write_arrays(arrays, path)


def load_checkpoint(identity: str, path: str | Path) -> State | None:
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
            group: {name: torch.from_numpy(arrays[f"{group}/{name}"]) for name in "WBC"}
            for group in GROUPS
        }
        return State(**groups, losses=arrays["losses"].tolist())
    except KeyError as error:
        raise InputError(f"{path}: expected a checkpoint, found no {error}") from None
