"""A training job of rate networks: from the last checkpoint to the files of each network."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from interplay.nonlinear.run import Run, State, initial_state, task_arguments
from interplay.optimisers.state import Arrays, OptimiserState
from interplay.runs.checkpoints import Checkpoints
from interplay.runs.records import Stopwatch, fingerprint
from interplay.storage.arrays import write_arrays
from interplay.storage.files import write_json
from interplay.storage.tables import write_table
from interplay.tasks import folder_of, make_task
from interplay.tasks.trials import Task

FILES = ("network.safetensors", "loss.parquet", "record.json")
"""of one network, as a training job writes them: weights, losses, record"""

Paths = tuple[str | Path, str | Path, str | Path]
"""of the three files of one network"""


def train_and_save(
    experiment: Mapping[str, Any],
    runs: Sequence[Run],
    train: Callable[[Task, list[State]], list[State]],
    restore: Callable[[OptimiserState, Arrays], list[State]],
    checkpoints: Checkpoints,
    paths: Sequence[Paths],
    about: Mapping[str, Any],
) -> list[State]:
    """Train networks of one experiment, from a checkpoint if there is one, and save them.

    Args:
        experiment: `Experiment.parameters` of `interplay.configuration.experiments`.
        runs: the networks to train.
        train: trains the task from these states; it saves to `checkpoints` meanwhile.
        restore: returns the states in a checkpoint.
        checkpoints: of this job.
        paths: where the files of each network are written.
        about: entries of the records that are the same for all networks.

    Returns:
        The last state of each network.
    """
    arguments = task_arguments(experiment)
    task = make_task(experiment["task"], **arguments)
    starts = [initial_state(run, task) for run in runs]
    first = checkpoints.resume(restore, starts)
    stopwatch = Stopwatch.start()
    states = train(task, first)
    entries = {
        "task": arguments,
        "tasks": folder_of(task),
        "resumed_at": max(state.epoch for state in first),
        **about,
        **stopwatch.read(),
    }
    for run, start, state, files in zip(runs, starts, states, paths, strict=True):
        save_network(run, start, state, files, entries)
    return states


def save_network(
    run: Run, start: State, state: State, paths: Paths, about: Mapping[str, Any]
) -> None:
    """Write weights, losses and record; `interplay.nonlinear.trained` reads them again.

    Args:
        run: the network that was trained.
        start: the state before the first epoch.
        state: the state after the last one.
        paths: of the three files.
        about: further entries of the record.
    """
    network, loss, record = paths
    write_arrays(state.weights, network)
    losses = {"epoch": range(state.epoch), "loss": state.losses}
    write_table(pd.DataFrame(losses), loss)
    entries = {
        "run": vars(run),
        "W0_sha256": fingerprint(start.weights["W"]),
        "epochs": state.epoch,
        "diverged": state.diverged,
    }
    write_json({**entries, **about}, record)
