"""Train one network on the CPU, from random weights or from a checkpoint.

The trials of 50 epochs are drawn together, from a random stream of their own. A run
therefore needs no generator state: weights, moments and the number of the epoch are the
whole checkpoint, and a run that was killed ends with the result of one that was not.
"""

import logging
import math
import time
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from interplay.nonlinear.ahead import draw_ahead
from interplay.nonlinear.engine import Engine
from interplay.nonlinear.network import Network
from interplay.nonlinear.run import Run, State
from interplay.optimisers.adam import Adam
from interplay.optimisers.gradient_descent import GradientDescent
from interplay.runs.checkpoints import Checkpoints
from interplay.tasks.drawing import draw_trials, trial_length
from interplay.tasks.trials import Task, Trials

STRETCH = 50
"""epochs whose trials are drawn at once, and after which a checkpoint may be saved"""

LOG_EVERY = 10.0
"""seconds between two lines of progress in the log, at least"""

logger = logging.getLogger(__name__)


def start_optimiser(run: Run, state: State) -> Adam | GradientDescent:
    """Return the optimiser of a run, which continues from this state."""
    if run.optimiser == "adam":
        return Adam(state, state.epoch, run.learning_rate, **run.adam)
    return GradientDescent(state, run.learning_rate, run.trained)


def train(
    run: Run, task: Task, state: State, checkpoints: Checkpoints | None = None
) -> State:
    """Train to the run's last epoch, or to the first loss that is not finite.

    Each epoch is one step of the optimiser on the loss of one freshly drawn batch. The
    CPU computes, with one thread; `interplay.nonlinear.stacked` trains on a GPU.

    Args:
        run: what to train.
        task: draws the trials.
        state: where to begin: `initial_state`, or the state of a checkpoint.
        checkpoints: where states are saved meanwhile; nowhere if None.

    Returns:
        The last state. If `state.diverged`, it is earlier than the run's last epoch.

    Raises:
        InputError: the task or its trials are not what they must be.
    """
    if state.diverged:
        return state
    length = training_length([run], task)
    optimiser = start_optimiser(run, state)
    network = Network(**optimiser.weights)
    losses = list(state.losses)
    engine = None
    logged_at = time.monotonic()
    numbers = range(len(losses) // STRETCH, math.ceil(run.epochs / STRETCH))
    for drawn in draw_ahead(partial(_draw, run, task, length), numbers):
        for trials in _batches(run, drawn, len(losses)):
            # The shape of the batches is known only once they are drawn.
            engine = engine or Engine.for_batch(network, trials, task.dt)
            loss, gradient = engine.loss_and_gradient(network, trials)
            losses.append(loss)
            if not math.isfinite(loss):
                logger.warning("the loss became %s at epoch %d", loss, len(losses) - 1)
                return State.of(optimiser.snapshot(), losses)
            optimiser.step(vars(gradient))
        if checkpoints:
            now = State(optimiser.weights, {}, losses)
            checkpoints.save_if_due(lambda now=now: (optimiser.snapshot(), now.progress))
        if time.monotonic() - logged_at >= LOG_EVERY:
            logger.info("epoch %d of %d: loss %.3g", len(losses), run.epochs, losses[-1])
            logged_at = time.monotonic()
    return State.of(optimiser.snapshot(), losses)


def training_length(runs: Sequence[Run], task: Task, threads: int = 1) -> int:
    """Return the number of samples of a training trial; see `trial_length`."""
    streams = partial(runs[0].stream, "training trials", 0)
    return trial_length(task, runs[0].task_name, streams, threads)


def stretch(
    run: Run, task: Task, epoch: int, length: int | None = None
) -> Iterator[Trials]:
    """Yield the batches from `epoch` to the end of the stretch of epochs it belongs to.

    Args:
        run: its streams give the trials.
        task: draws them.
        epoch: of the first batch.
        length: number of samples of a trial; any if None.

    Raises:
        InputError: the trials are not what they must be.
    """
    yield from _batches(run, _draw(run, task, length, epoch // STRETCH), epoch)


def _draw(run: Run, task: Task, length: int | None, number: int) -> Trials:
    """Draw the trials of the stretch of epochs of a number."""
    rng, count = run.stream("training trials", number), STRETCH * run.batch
    return draw_trials(task, run.task_name, rng, count, run.batch, length)


def _batches(run: Run, trials: Trials, epoch: int) -> Iterator[Trials]:
    """Yield the batches from `epoch` to the end of its stretch, which has these trials."""
    number, done = divmod(epoch, STRETCH)
    # All trials are drawn although some are not used, so that a run which resumes or ends
    # within a stretch has the trials of one that does not.
    left = slice(done, run.epochs - number * STRETCH)
    split = (array.reshape(len(array), STRETCH, run.batch, -1) for array in trials)
    batches = (np.ascontiguousarray(a.swapaxes(0, 1)[left]) for a in split)
    for arrays in zip(*batches, strict=True):
        yield Trials(*arrays)
