"""The memory that jobs need, from the sizes of their networks.

The numbers of arrays are estimates, from measured peaks. tests/workflow/test_memory.py checks
that a script's peak is below the sum without `SNAKEMAKE`, and above a third of it.
"""

import json
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from typing import Any

from interplay.configuration.experiments import Experiment

SNAKEMAKE = 200
"""MB of Snakemake itself, which starts the script on a node of a cluster"""

LIBRARIES = 400
"""MB of Python with compiled code, tables and figures, and of what a small network needs"""

WITH_TORCH = 800
"""the same, with torch and the sentences of the treebank"""

CUDA = 1300
"""MB that a job which may train on a GPU requests for CUDA's libraries; not measured"""

TRIALS_AT_ONCE = 128
"""test trials that are simulated together"""

SAMPLES = 500
"""of a trial whose task cannot be drawn where the Snakefile runs, without NumPy"""

TOKENS = 128 * 60
"""of a batch of the longest sentences"""

DIRECTIONS = 64
"""of dW that training a linear network finds"""


def megabytes(libraries: float, *arrays: float) -> int:
    """Return the MB of a job: those of libraries, and of arrays that are given in bytes."""
    return round(SNAKEMAKE + libraries + sum(arrays) / 1e6)


def training(experiment: Experiment, networks: int = 1) -> int:
    """Return the MB of training rate networks: weights, Adam, states and adjoints."""
    N, batch = experiment.training["N"], experiment.training["batch"]
    states = 2 * _states(experiment, batch)
    # Only networks that are trained together need torch, and may get a GPU.
    libraries = LIBRARIES if networks == 1 else WITH_TORCH + CUDA
    return megabytes(libraries, networks * 16 * 4 * N**2, networks * states)


def measuring(experiment: Experiment, test_trials: int = 0, matrices: int = 24) -> int:
    """Return the MB of measuring the networks of an experiment, one after the other.

    Args:
        experiment: whose networks are measured.
        test_trials: that are simulated.
        matrices: of N² numbers that exist at the same time.
    """
    rows = loss_rows([experiment])
    states = _states(experiment, min(test_trials, TRIALS_AT_ONCE)) if test_trials else 0
    N = experiment.training["N"]
    return megabytes(LIBRARIES, matrices * 4 * N**2, states, 200 * rows)


def gathering(experiments: Iterable[Experiment], bytes_per_row: int = 250) -> int:
    """Return the MB of reading the tables of some experiments, or of drawing them."""
    return megabytes(LIBRARIES, bytes_per_row * loss_rows(experiments))


def loss_rows(experiments: Iterable[Experiment]) -> int:
    """Return the rows of the largest table of some experiments: of losses, or spectra."""
    return sum(
        len(one.g) * len(one.seeds) * max(one.training["epochs"], 3 * one.training["N"])
        for one in experiments
    )


def linear(N: int, epochs: int = 0, targets: int = 1, samples: int = 0) -> int:
    """Return the MB of a linear network, whose matrices are complex or of float64.

    Args:
        N: neurons.
        epochs: each of which keeps the core of dW for each target.
        targets: that are trained together.
        samples: of a trial.
    """
    cores = 3 * 8 * epochs * targets * DIRECTIONS**2
    states = 4 * 16 * targets * samples * N
    return megabytes(LIBRARIES / 2, 20 * 8 * N**2, cores, states)


def lstm(N: int, dimension: int, tokens: int = TOKENS) -> int:
    """Return the MB of an LSTM: weights and Adam, and the states of a batch.

    Args:
        N: units per layer.
        dimension: numbers of a word vector.
        tokens: of a batch; 0 if no sentence is read.
    """
    weights = 4 * N * (dimension + 3 * N)
    return megabytes(WITH_TORCH, 16 * 4 * weights, 20 * 4 * N * tokens)


def _states(experiment: Experiment, trials: int) -> int:
    """Return the bytes of the states of a batch: a row per sample and trial."""
    # A row is padded, and has inputs or outputs, too.
    options = json.dumps(experiment.options, sort_keys=True)
    samples = _samples(experiment.task, experiment.training["dt"], options)
    return 4 * (samples + 1) * trials * (experiment.training["N"] + 96)


@cache
def _samples(task: str, dt: float, options: str) -> int:
    """Return the samples of a trial; `SAMPLES` without NumPy, or if the task fails.

    A task's own job says why the task fails.
    """
    try:
        # Imported here and by name: the Snakefile runs where the lock is not installed, too.
        numpy = import_module("numpy")
        make_task: Callable[..., Any] = import_module("interplay.tasks").make_task
        drawn = make_task(task, dt, **json.loads(options)).draw(
            numpy.random.default_rng(0), 1
        )
        return len(drawn.inputs)
    except Exception:
        return SAMPLES
