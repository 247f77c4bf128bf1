"""Checkpoints: save and restore a training run, so a killed job resumes.

A checkpoint is a safetensors file: the optimiser's arrays, and the run's progress as named
arrays. The file's metadata holds the run's identity, a hash of everything that determines
the run; a checkpoint of another run is ignored.
"""

import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np

from interplay.optimisers.state import WEIGHTS, Arrays, OptimiserState
from interplay.storage.arrays import read_arrays, read_metadata, write_arrays
from interplay.storage.errors import InputError

PROGRESS = "progress"
IDENTITY = "identity"

S = TypeVar("S")

logger = logging.getLogger(__name__)


class Checkpoints:
    """The checkpoint file of one run, and when to write it.

    The first checkpoint is due after a second, then the interval doubles up to `every`.
    A job that is killed loses at most as much work again as it had done, and never more
    than that interval.
    """

    def __init__(self, path: str | Path, identity: str, every: float = 10.0):
        """Set up checkpoints.

        Args:
            path: of the file.
            identity: hash of what determines the run.
            every: longest interval between two checkpoints, in seconds.
        """
        self._path, self._identity = Path(path), identity
        self._every, self._interval = every, min(1.0, every)
        self._saved_at = time.monotonic()

    def save(self, state: OptimiserState, progress: Mapping[str, np.ndarray]) -> None:
        """Write a checkpoint, whole or not at all.

        Args:
            state: weights and moments.
            progress: everything else that the run needs to continue, as named arrays.
        """
        arrays = {
            f"{group}/{name}": array
            for group, members in {**state.groups, PROGRESS: progress}.items()
            for name, array in members.items()
        }
        write_arrays(arrays, self._path, {IDENTITY: self._identity})

    def load(self) -> tuple[OptimiserState, Arrays] | None:
        """Return the run's last state and progress; None if there is no checkpoint of it.

        A damaged file is logged and treated as absent.
        """
        if not self._path.exists():
            return None
        try:
            if read_metadata(self._path).get(IDENTITY) != self._identity:
                logger.info("ignoring a checkpoint of another run: %s", self._path)
                return None
            arrays = read_arrays(self._path)
        except InputError as error:
            logger.warning("starting from the beginning: %s", error)
            return None
        groups: dict[str, Arrays] = {WEIGHTS: {}, PROGRESS: {}}
        for key, array in arrays.items():
            group, name = key.split("/", 1)
            groups.setdefault(group, {})[name] = array
        weights, progress = groups.pop(WEIGHTS), groups.pop(PROGRESS)
        logger.info("resuming from %s", self._path)
        return OptimiserState(weights, groups), progress

    def resume(self, restore: Callable[[OptimiserState, Arrays], S], start: S) -> S:
        """Return the run's last state; its first one if there is no checkpoint.

        Args:
            restore: makes a state from what `load` returns.
            start: the state before the first epoch.
        """
        saved = self.load()
        return restore(*saved) if saved else start

    def save_if_due(
        self, snapshot: Callable[[], tuple[OptimiserState, Mapping[str, np.ndarray]]]
    ) -> None:
        """Write a checkpoint if the interval has passed.

        Args:
            snapshot: returns state and progress; called only if a checkpoint is due.
        """
        if time.monotonic() - self._saved_at < self._interval:
            return
        self.save(*snapshot())
        self._saved_at = time.monotonic()
        self._interval = min(2 * self._interval, self._every)

    def remove(self) -> None:
        """Delete the file, once the run's results are written."""
        self._path.unlink(missing_ok=True)
