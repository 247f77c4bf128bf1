"""What the jobs share that train networks of section 2, one by one or together."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from interplay.nonlinear.training import Run, State
from interplay.runs.records import fingerprint
from interplay.storage.arrays import write_arrays
from interplay.storage.files import write_json
from interplay.storage.tables import write_table


def task_options(params) -> dict[str, Any]:
    """Return how the task of a rule's parameters differs from its module's defaults."""
    return {"dt": params.dt} | ({"hold": params.hold} if params.hold else {})


def run_of(params, g: float, seed: int) -> Run:
    """Return the run that a rule's parameters describe, of one g and seed."""
    return Run(
        task_name=params.task,
        g=g,
        seed=seed,
        n=params.N,
        epochs=params.epochs,
        batch=params.batch,
        learning_rate=params.learning_rate / params.N,
    )


def write_trained(
    run: Run,
    start: State,
    state: State,
    files: tuple[str, str, str],
    about: Mapping[str, Any],
    log: Callable[[str], None],
) -> None:
    """Write what a training leaves: weights, losses and the record.

    Args:
        run: what was trained.
        start: the state before the first epoch.
        state: the state after the last one.
        files: paths of the three.
        about: what the record says besides.
        log: is told of a loss that was not finite.
    """
    if state.diverged:
        log(f"{run}: the loss became {state.losses[-1]} at epoch {state.epoch - 1}")
    network, loss, record = files
    write_arrays(state.weights, network)
    losses = {"epoch": range(state.epoch), "loss": state.losses}
    write_table(pd.DataFrame(losses), loss)
    made = {
        "run": vars(run),
        "W0_sha256": fingerprint(start.weights["W"]),
        "epochs": state.epoch,
        "diverged": state.diverged,
    }
    write_json(made | about, record)
