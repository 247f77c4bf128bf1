"""Train several networks of one experiment together, as one stack, on a GPU or a CPU.

A small network leaves a GPU idle: each step ends before the next kernel is launched. Here
the matrix products of a step, one per network, are one batched product, so a stack needs
no more launches than a single network; on a GPU the launches of an epoch are recorded once
and replayed as one. The trials are drawn by other threads, those of the next epochs while
these are computed. Each network keeps its own trials, optimiser state and losses, and has
the gradients of `interplay.nonlinear.training.train` up to the rounding of float32. Training
amplifies rounding, the more so the stronger a chaotic W0 is (bench/README.md).
"""

import logging
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import torch

from interplay.nonlinear.network import Network
from interplay.nonlinear.run import Run, State
from interplay.nonlinear.stacked_engine import losses_and_gradients
from interplay.nonlinear.training import LOG_EVERY, stretch, training_length
from interplay.optimisers.in_torch import TorchAdam, TorchGradientDescent
from interplay.optimisers.state import Arrays, OptimiserState
from interplay.runs.checkpoints import Checkpoints
from interplay.tasks.trials import Task

logger = logging.getLogger(__name__)


def stack_states(states: Sequence[State]) -> tuple[OptimiserState, Arrays]:
    """Stack the states of several runs, for a checkpoint.

    Returns:
        Weights and moments with the runs along the first axis; the losses of each run
        (float64, (epoch,)) under its number.
    """
    moments = states[0].moments
    stacked = OptimiserState(
        _stacked([state.weights for state in states]),
        {name: _stacked([state.moments[name] for state in states]) for name in moments},
    )
    losses = {str(i): np.asarray(state.losses) for i, state in enumerate(states)}
    return stacked, losses


def unstack_states(
    stacked: OptimiserState, losses: Mapping[str, np.ndarray]
) -> list[State]:
    """Return the states of the runs that `stack_states` stacked."""
    return [_state_of(stacked, i, losses[str(i)].tolist()) for i in range(len(losses))]


def train_stack(
    runs: Sequence[Run],
    task: Task,
    states: Sequence[State],
    device: str = "cpu",
    checkpoints: Checkpoints | None = None,
    threads: int = 1,
) -> list[State]:
    """Train each run from its state to its last epoch, or to a loss that is not finite.

    Args:
        runs: what to train; they differ only in g and seed.
        task: draws the trials, each run's from its own streams.
        states: where each run begins, at the same epoch except for runs that diverged.
        device: "cpu" or "cuda".
        checkpoints: where states are saved meanwhile; nowhere if None.
        threads: number of threads that draw trials; it changes no bit of the result.

    Returns:
        The last state of each run. If `State.diverged`, it is earlier than the last epoch.

    Raises:
        ValueError: the runs differ in more than g and seed, or the states in their epoch.
        InputError: the task or its trials are not what they must be.
    """
    if (
        len({replace(run, g=0.0, seed=0, trained=tuple(run.trained)) for run in runs})
        != 1
    ):
        raise ValueError("expected runs that differ only in g and seed")
    ended = {i: state for i, state in enumerate(states) if state.diverged}
    epochs = {state.epoch for state in states if not state.diverged}
    if not epochs:
        return list(states)
    if len(epochs) > 1:
        raise ValueError(f"expected states of one epoch, found {sorted(epochs)}")
    (epoch,) = epochs

    length = training_length(runs, task, threads)
    run = runs[0]
    start, _ = stack_states(states)
    if run.optimiser == "adam":
        optimiser = TorchAdam(start, epoch, run.learning_rate, device, **run.adam)
    else:
        optimiser = TorchGradientDescent(start, run.learning_rate, run.trained, device)
    network = Network(**optimiser.weights)
    losses = [list(state.losses) for state in states]

    def current_states() -> list[State]:
        stacked = optimiser.snapshot()
        return [
            ended[i] if i in ended else _state_of(stacked, i, list(losses[i]))
            for i in range(len(runs))
        ]

    compute = None
    logged_at = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        for trials in _stretches(runs, task, epoch, length, device, pool):
            for inputs, targets, mask in zip(*trials, strict=True):
                compute = compute or losses_and_gradients(
                    network, task.dt, inputs, targets, mask
                )
                loss_per_run, gradients = compute(inputs, targets, mask)
                loss_per_run = loss_per_run.tolist()
                for i in range(len(runs)):
                    if i not in ended:
                        losses[i].append(loss_per_run[i])
                stopped = [
                    i for i, loss in enumerate(loss_per_run) if not math.isfinite(loss)
                ]
                # A run that ended keeps the state before the step that its loss spoiled.
                if not ended.keys() >= set(stopped):
                    now = current_states()
                    ended = {i: now[i] for i in stopped} | ended
                optimiser.step(gradients)
                epoch += 1
            if len(ended) == len(runs):
                break
            if checkpoints:
                checkpoints.save_if_due(lambda: stack_states(current_states()))
            if time.monotonic() - logged_at >= LOG_EVERY:
                logger.info("epoch %d of %d, %d networks", epoch, run.epochs, len(runs))
                logged_at = time.monotonic()
    return current_states()


def _stretches(
    runs: Sequence[Run],
    task: Task,
    epoch: int,
    length: int,
    device: str,
    pool: ThreadPoolExecutor,
) -> Iterator[list[torch.Tensor]]:
    """Yield inputs, targets and mask of one stretch of epochs after the other.

    Each is (epoch, time, run, trial, channel). The pool draws the next stretch meanwhile.
    """

    def drawn(run: Run, epoch: int) -> list[torch.Tensor]:
        batches = zip(*stretch(run, task, epoch, length), strict=True)
        return [torch.from_numpy(np.stack(arrays)).to(device) for arrays in batches]

    def submit(epoch: int) -> list[Future[list[torch.Tensor]]]:
        return [pool.submit(drawn, run, epoch) for run in runs if epoch < run.epochs]

    coming = submit(epoch)
    while coming:
        by_array = zip(*(future.result() for future in coming), strict=True)
        trials = [torch.stack(tensors, dim=2) for tensors in by_array]
        epoch += len(trials[0])
        coming = submit(epoch)
        yield trials


def _stacked(runs: Sequence[Arrays]) -> Arrays:
    return {name: np.stack([arrays[name] for arrays in runs]) for name in runs[0]}


def _state_of(stacked: OptimiserState, i: int, losses: list[float]) -> State:
    moments = {
        moment: {name: array[i] for name, array in arrays.items()}
        for moment, arrays in stacked.moments.items()
    }
    return State({n: array[i] for n, array in stacked.weights.items()}, moments, losses)
