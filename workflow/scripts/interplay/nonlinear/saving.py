"""Save what a training job ends with; `interplay.nonlinear.loading` reads it again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from interplay.nonlinear.training import Run, State
from interplay.runs.records import fingerprint
from interplay.storage.arrays import write_arrays
from interplay.storage.files import write_json
from interplay.storage.tables import write_table


def save_network(
    run: Run,
    start: State,
    state: State,
    paths: tuple[str | Path, str | Path, str | Path],
    about: Mapping[str, Any],
) -> None:
    """Write weights, losses and record of a training job.

    Args:
        run: what was trained.
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
