"""The explorer: what trained networks do with dW of each rank, as numbers for its page.

All numbers are computed from the archived networks, by the functions of the workflow.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from interplay.lowrank.spectrum import singular_values
from interplay.lowrank.truncation import truncations
from interplay.nonlinear.archived import ArchivedNetwork, read_archived
from interplay.nonlinear.engine import Engine
from interplay.nonlinear.measurements.example import example_of
from interplay.nonlinear.measurements.shuffling import shuffled_W0
from interplay.nonlinear.trained import TrainedNetwork
from interplay.provenance.graph import Graph
from interplay.storage.errors import InputError
from interplay.tasks.trials import Example

RANKS = 12
"""largest rank of dW"""

TEST_TRIALS = 64
"""of a network, that its losses are averaged over"""

SAMPLES = 250
"""of a trial that are shown, about: of a longer trial, every second one or fewer"""

DECIMALS = 2
"""of inputs, outputs and targets"""

DIGITS = 3
"""significant digits of losses and singular values"""

TABLES = ("nonlinear.csv", "nonlinear_truncation.csv", "nonlinear_spectrum.parquet")
"""of a run: networks, losses with dW truncated, singular values"""


def archived_files(graph: Graph) -> dict[str, str]:
    """Return the files of archived networks that the explorer shows, by experiment.

    These are the experiments of the configuration's first reading, or all experiments if
    none of these is archived.
    """
    folder = f"{graph.results}/networks"
    files = {
        Path(path).stem: path
        for path in graph.producers
        if path.endswith(".safetensors")
        and str(Path(path).parent) == folder
        and graph.place.file(path).is_file()
    }
    readings = graph.configuration["values"].get("readings") or {}
    first = next(iter(readings.values()), {}).values()
    return {name: files[name] for name in first if name in files} or files


def explored(graph: Graph) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the numbers of each experiment that has archived networks.

    Returns:
        For each experiment the numbers of `experiment_numbers`, with its name; and by name,
        why the other experiments are not shown.

    Raises:
        InputError: a file of networks was altered.
    """
    shown, missing = [], {}
    for name, path in archived_files(graph).items():
        graph.check(path)
        try:
            networks = one_per_g(read_archived(graph.place.file(path)).values())
            if not networks:
                raise InputError("expected archived networks, found none")
            numbers = experiment_numbers(networks)
        except InputError as error:
            # The module of a task may be on another machine.
            missing[name] = str(error)
            continue
        tables = tabulated(graph, name)
        for one in numbers["networks"]:
            one["whole"] = whole_numbers(tables, one["g"], one["seed"])
        shown.append({"name": name, **numbers})
    return shown, missing


def page_numbers(graph: Graph, experiments: list[dict[str, Any]]) -> dict[str, Any]:
    """Return all numbers of the page: those of the experiments, and how they were made.

    Args:
        graph: the receipts.
        experiments: from `explored`.

    Returns:
        `experiments`; `ranks`, `trials`, `decimals`, `digits`, the constants of this module;
        `threshold`, share of the loss before training below which a network is trained;
        `g`, which the page shows first; `tabulated`, the number of trials of the losses
        before archiving, 0 without a table of them.
    """
    nonlinear = graph.configuration["values"]["nonlinear"]
    measurements = nonlinear["measurements"]
    whole = any(
        one["whole"]["losses"] for each in experiments for one in each["networks"]
    )
    return {
        "experiments": experiments,
        "ranks": RANKS,
        "trials": TEST_TRIALS,
        "decimals": DECIMALS,
        "digits": DIGITS,
        "threshold": measurements["threshold"],
        "g": float(nonlinear.get("examples", {}).get("trial_g", 0)),
        "tabulated": measurements["rank_trials"] if whole else 0,
    }


def json_of(numbers: Mapping[str, Any]) -> str:
    """Return numbers as JSON that cannot end the element of the page that it is in."""
    return json.dumps(numbers, separators=(",", ":")).replace("</", "<\\/")


def tabulated(graph: Graph, experiment: str) -> list[pd.DataFrame]:
    """Return the rows of an experiment in the tables `TABLES`; an empty list without them."""
    paths = [f"{graph.results}/tables/{table}" for table in TABLES]
    if not all(p in graph.producers and graph.place.file(p).is_file() for p in paths):
        return []
    tables = map(graph.table, paths)
    return [table[table.experiment == experiment] for table in tables]


def whole_numbers(tables: list[pd.DataFrame], g: float, seed: int) -> dict[str, list]:
    """Return what the tables of a run have of a network with its whole dW.

    Args:
        tables: of an experiment, from `tabulated`.
        g, seed: of the network.

    Returns:
        `losses`, (rank,), over the loss before training, and `values`, the singular values
        of dW, as in `network_numbers`; both empty without tables, or without rows.
    """
    rows = [table[(table.g == g) & (table.seed == seed)] for table in tables]
    if not rows or rows[0].empty:
        return {"losses": [], "values": []}
    networks, truncation, spectrum = rows
    truncated = truncation[truncation["rank"] <= RANKS].sort_values("rank").loss
    values = spectrum[(spectrum.matrix == "dW") & (spectrum["index"] <= RANKS)]
    return {
        "losses": significant(truncated / networks.initial_loss.item()),
        "values": significant(values.sort_values("index").value),
    }


def one_per_g(networks: Iterable[ArchivedNetwork]) -> list[TrainedNetwork]:
    """Return the network with the smallest seed of each g, in the order of g."""
    runs = {(one.about["run"]["g"], one.about["run"]["seed"]): one for one in networks}
    first = {g: (g, seed) for g, seed in sorted(runs, reverse=True)}
    return [runs[first[g]].rebuild() for g in sorted(first)]


def experiment_numbers(networks: list[TrainedNetwork]) -> dict[str, Any]:
    """Return a trial of a task, and what networks do with dW of each rank, Eq. (4).

    Args:
        networks: of one task.

    Returns:
        `trial`, g and seed of the first network, from whose random stream the trial is;
        `N`; `step`, the time between two samples that are shown, in membrane time
        constants; `inputs`, `targets` and `scored` (whether the target counts), each
        (channel, time); `networks`, a list with the numbers of `network_numbers`. Values of
        the trial are rounded to `DECIMALS`.
    """
    first = networks[0]
    example = example_of(first)
    stride = -(-len(example.trials.inputs) // SAMPLES)
    inputs, targets, mask = (array[::stride, 0].T for array in example.trials)
    return {
        "trial": {"g": first.run.g, "seed": first.run.seed},
        "N": first.run.n,
        "step": first.task.dt * stride,
        "inputs": rounded(inputs),
        "targets": rounded(targets),
        "scored": (mask > 0).astype(int).tolist(),
        "networks": [network_numbers(one, example, stride) for one in networks],
    }


def network_numbers(
    trained: TrainedNetwork, example: Example, stride: int
) -> dict[str, Any]:
    """Return what a network does with dW of each rank, and W0 as it is and shuffled.

    Args:
        trained: the network.
        example: of its task: the trial.
        stride: 1 for all samples of the outputs, 2 for every second one, and so on.

    Returns:
        g and seed; `rank` of the archived dW, None if it is whole; `values`, the largest
        `RANKS` singular values of dW; and for W0 `as_trained` and `shuffled` (not if it is
        0): `losses`, (rank,), over the loss before training, and `outputs`,
        (rank, channel, time). Ranks are 0, 1, …, up to `RANKS` or the rank of dW.
    """
    whole = len(trained.W0)
    top = min(RANKS, whole if trained.rank is None else trained.rank)
    parts = list(truncations(trained.dW, range(top + 1)))
    initial = {"as_trained": trained.W0}
    if trained.W0.any():
        (initial["shuffled"],) = shuffled_W0(trained, 1)
    recurrent = [W0 + part for W0 in initial.values() for part in parts]
    losses = trained.losses_with(recurrent, TEST_TRIALS) / trained.initial_loss
    engine = Engine.for_batch(trained.network, example.trials, trained.task.dt)
    networks = (replace(trained.network, W=W) for W in recurrent)
    outputs = [
        rounded(engine.simulate(one, example.trials.inputs)[::stride, 0].T)
        for one in networks
    ]
    with_dW = {}
    for i, name in enumerate(initial):
        own = slice(i * len(parts), (i + 1) * len(parts))
        with_dW[name] = {"losses": significant(losses[own]), "outputs": outputs[own]}
    return {
        "g": trained.run.g,
        "seed": trained.run.seed,
        "rank": trained.rank,
        "values": significant(singular_values(trained.dW)[:top]),
        **with_dW,
    }


def rounded(values: np.ndarray) -> list:
    """Return values of a trial in units of 10^-`DECIMALS`: integers, short to write."""
    return np.rint(values.astype(np.float64) * 10**DECIMALS).astype(int).tolist()


def significant(values: Iterable[float]) -> list[float]:
    """Return numbers with `DIGITS` significant digits."""
    return [float(f"{value:.{DIGITS}g}") for value in values]
