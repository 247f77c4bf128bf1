"""Keeping a training run's state on disk, so that a killed job goes on where it was."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, Self, TypeVar

import numpy as np

from interplay.adam import GROUPS, Arrays
from interplay.errors import InputError
from interplay.storage import read_arrays, write_arrays


class State(Protocol):
    """The state of a run: an `AdamState`, and how far the run has come."""

    weights: Arrays
    means: Arrays
    squares: Arrays

    @property
    def epoch(self) -> int:
        """How many epochs have been taken."""
        ...

    @property
    def progress(self) -> dict[str, np.ndarray]:
        """All that is not weights or moments, as named arrays."""
        ...

    @classmethod
    def restored(
        cls, groups: Mapping[str, Arrays], progress: Mapping[str, np.ndarray]
    ) -> Self:
        """Return the state with these weights, moments and progress.

        Raises:
            KeyError: something is missing.
        """
        ...


S = TypeVar("S", bound=State)


def save_checkpoint(state: State, identity: str, path: str | Path) -> None:
    """Write a state to a safetensors file, whole or not at all.

    Args:
        identity: what the run is made of; a checkpoint of another run is not taken up.
    """
    arrays = {
        f"{group}/{name}": array
        for group in GROUPS
        for name, array in getattr(state, group).items()
    }
    arrays |= {f"progress/{name}": array for name, array in state.progress.items()}
    arrays["identity"] = np.frombuffer(identity.encode(), np.uint8)
    write_arrays(arrays, path)


def load_checkpoint(kind: type[S], identity: str, path: str | Path) -> S | None:
    """Read the state of the run with this identity; None if there is no such checkpoint.

    Raises:
        InputError: the file is damaged.
    """
    if not Path(path).exists():
        return None
    arrays = read_arrays(path)

    def of(group: str) -> Arrays:
        prefix = f"{group}/"
        return {
            name.removeprefix(prefix): array
            for name, array in arrays.items()
            if name.startswith(prefix)
        }

    try:
        if arrays["identity"].tobytes().decode() != identity:
            return None
        return kind.restored({group: of(group) for group in GROUPS}, of("progress"))
    except KeyError as error:
        raise InputError(f"{path}: expected a checkpoint, found no {error}") from None


def kept_state(
    kind: type[S], identity: str, path: str | Path, log: Callable[[str], None]
) -> S | None:
    """Return the state to go on from, if there is one; a damaged file is logged and left."""
    try:
        kept = load_checkpoint(kind, identity, path)
    except InputError as error:
        log(f"starting anew: {error}")
        return None
    if kept:
        log(f"going on from epoch {kept.epoch}")
    return kept
