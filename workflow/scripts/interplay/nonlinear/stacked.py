"""Train several networks of one experiment together, as one stack, on a GPU or a CPU.

A small network leaves a GPU idle: each step ends before the next kernel is launched. Here
the matrix products of a step, one per network, are one batched product, so a stack needs
no more launches than a single network; on a GPU the launches of an epoch are recorded once
and replayed as one. The trials are drawn by other threads, those of the next epochs while
these are computed. Each network keeps its own trials, optimiser state
and losses, and has the gradients of `interplay.nonlinear.training.train` up to the rounding
of float32. Training amplifies rounding, the more so the stronger a chaotic W0 is
(bench/README.md).
"""

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
import torch

from interplay.nonlinear.network import Network
from interplay.nonlinear.training import LOG_EVERY, Run, State, stretch
from interplay.optimisers.in_torch import Tensors, TorchAdam, TorchGradientDescent
from interplay.optimisers.state import Arrays, OptimiserState
from interplay.runs.checkpoints import Checkpoints
from interplay.tasks.trials import Task

LossesAndGradients = tuple[torch.Tensor, Tensors]

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

    run = runs[0]
    start, _ = stack_states(states)
    if run.optimiser == "adam":
        optimiser = TorchAdam(start, epoch, run.learning_rate, device, run.eps)
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
        for trials in _stretches(runs, task, epoch, device, pool):
            for inputs, targets, mask in zip(*trials, strict=True):
                compute = compute or losses_and_gradients(
                    network, task.dt, inputs, targets, mask
                )
                of_runs, gradients = compute(inputs, targets, mask)
                of_runs = of_runs.tolist()
                for i in range(len(runs)):
                    if i not in ended:
                        losses[i].append(of_runs[i])
                stopped = [i for i, loss in enumerate(of_runs) if not math.isfinite(loss)]
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
    runs: Sequence[Run], task: Task, epoch: int, device: str, pool: ThreadPoolExecutor
) -> Iterator[list[torch.Tensor]]:
    """Yield inputs, targets and mask of one stretch of epochs after the other.

    Each is (epoch, time, run, trial, channel). The pool draws the next stretch meanwhile.
    """

    def drawn(run: Run, epoch: int) -> list[torch.Tensor]:
        batches = zip(*stretch(run, task, epoch), strict=True)
        return [torch.from_numpy(np.stack(arrays)).to(device) for arrays in batches]

    def submit(epoch: int) -> list[Future[list[torch.Tensor]]]:
        return [pool.submit(drawn, run, epoch) for run in runs if epoch < run.epochs]

    coming = submit(epoch)
    while coming:
        of_runs = zip(*(future.result() for future in coming), strict=True)
        trials = [torch.stack(tensors, dim=2) for tensors in of_runs]
        epoch += len(trials[0])
        coming = submit(epoch)
        yield trials


def _stacked(of_runs: Sequence[Arrays]) -> Arrays:
    return {name: np.stack([arrays[name] for arrays in of_runs]) for name in of_runs[0]}


def _state_of(stacked: OptimiserState, i: int, losses: list[float]) -> State:
    moments = {
        moment: {name: array[i] for name, array in arrays.items()}
        for moment, arrays in stacked.moments.items()
    }
    return State({n: array[i] for n, array in stacked.weights.items()}, moments, losses)


def losses_and_gradients(
    network: Network[torch.Tensor],
    dt: float,
    inputs: torch.Tensor,
    targets: torch.Tensor,
    mask: torch.Tensor,
) -> Callable[..., LossesAndGradients]:
    """Return `StackedEngine.losses_and_gradients` of this network, for such batches.

    On a GPU its kernels are recorded: a call overwrites the results of the last one, and
    the weights may change only in place.

    Args:
        network, inputs, targets, mask: see there.
        dt: time step, in membrane time constants.
    """
    engine = StackedEngine.for_batch(network, inputs, dt)
    compute = partial(engine.losses_and_gradients, network)
    if inputs.is_cuda:
        return Recording(compute, inputs, targets, mask).replay
    return compute


class StackedEngine:
    """Buffers for a stack of networks, and the loops that use them.

    The equations and the rows of states and adjoints are those of
    `interplay.nonlinear.engine`.
    """

    def __init__(
        self, network: Network[torch.Tensor], n_samples: int, n_trials: int, dt: float
    ):
        """Allocate the buffers.

        Args:
            network: stacked, W: (run, N, N), B: (run, N, Nin), C: (run, Nout, N).
            n_samples: samples of a trial.
            n_trials: trials per network.
            dt: time step, in membrane time constants.
        """
        n_runs, self.n, n_inputs = network.B.shape
        self.dt = dt
        rows, steps = (n_runs, n_trials), n_samples + 1
        zeros = network.W.detach().new_zeros
        self.x = zeros(*rows, self.n)
        self.states = zeros(steps, *rows, self.n + n_inputs)
        self.adjoints = zeros(steps, *rows, self.n + network.C.shape[1])
        self.recurrent = zeros(*rows, self.n)

    @classmethod
    def for_batch(
        cls, network: Network[torch.Tensor], inputs: torch.Tensor, dt: float
    ) -> "StackedEngine":
        """Return an engine for batches of the shape of these inputs."""
        n_samples, _, n_trials, _ = inputs.shape
        return cls(network, n_samples, n_trials, dt)

    @torch.no_grad()
    def losses_and_gradients(
        self,
        network: Network[torch.Tensor],
        inputs: torch.Tensor,
        targets: torch.Tensor,
        mask: torch.Tensor,
    ) -> LossesAndGradients:
        """Return the `masked_loss` of each network, and its gradient.

        Args:
            network: stacked.
            inputs: (time, run, trial, Nin).
            targets, mask: (time, run, trial, Nout).

        Returns:
            (run,); and the gradients, stacked like the weights.
        """
        n, dt, states, adjoints = self.n, self.dt, self.states, self.adjoints
        W, B, C = network.W, network.B, network.C
        rates = states[..., :n]
        forward_weights = dt * torch.cat([W, B], dim=2).mT
        states[:-1, ..., n:] = inputs
        self.x.zero_()
        for now, after in zip(states, rates[1:], strict=False):
            self.x.baddbmm_(now, forward_weights, beta=1 - dt)
            torch.tanh(self.x, out=after)

        difference = rates[1:] @ C.mT - targets
        error = mask * difference
        counted = mask.sum((0, 2, 3))
        losses = 0.5 * (error * difference).sum((0, 2, 3)) / counted

        backward_weights = torch.cat([dt * W, C], dim=1)
        adjoints[1:, ..., n:] = error / counted[:, None, None]
        adjoints[-1, ..., :n] = 0
        slopes = 1 - rates.square()
        for t in range(len(states) - 1, 0, -1):
            torch.bmm(adjoints[t], backward_weights, out=self.recurrent)
            later, earlier = adjoints[t, ..., :n], adjoints[t - 1, ..., :n]
            torch.addcmul((1 - dt) * later, slopes[t], self.recurrent, out=earlier)
        total = _rows_of_each(adjoints).mT @ _rows_of_each(states)
        grad_x, grad_z = dt * total[:, :n], total[:, n:]
        gradients = {"W": grad_x[..., :n], "B": grad_x[..., n:], "C": grad_z[..., :n]}
        # The fused Adam reads a gradient as if it were laid out like its weights.
        return losses, {name: part.contiguous() for name, part in gradients.items()}


class Recording:
    """The kernels that a function launches on a GPU, recorded to be replayed as one launch."""

    def __init__(
        self, function: Callable[..., LossesAndGradients], *inputs: torch.Tensor
    ):
        """Record the function on copies of the inputs.

        Args:
            function: its kernels and their addresses are the same at each call.
            inputs: its arguments, on the GPU.
        """
        # The recording reads the memory that the function holds.
        self._function = function
        self._inputs = [tensor.clone() for tensor in inputs]
        # The libraries' own preparations, made at the first call, cannot be recorded.
        apart = torch.cuda.Stream()
        apart.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(apart):
            function(*self._inputs)
        torch.cuda.current_stream().wait_stream(apart)
        self._graph = torch.cuda.CUDAGraph()
        # Other threads may meanwhile copy trials to the GPU.
        with torch.cuda.graph(self._graph, capture_error_mode="thread_local"):
            self._outputs = function(*self._inputs)

    def replay(self, *inputs: torch.Tensor) -> LossesAndGradients:
        """Return what the function returns for other inputs of the same shapes."""
        for own, tensor in zip(self._inputs, inputs, strict=True):
            own.copy_(tensor)
        self._graph.replay()
        return self._outputs


def _rows_of_each(steps: torch.Tensor) -> torch.Tensor:
    """Return (run, time · trial, column) of (time, run, trial, column)."""
    return steps.transpose(0, 1).flatten(1, 2)
