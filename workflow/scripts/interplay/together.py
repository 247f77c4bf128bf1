"""Training several networks of one task together, as one stack.

A small network leaves a GPU idle: a step of `network.simulate` is over before the next
kernel has been launched. Here the matrix products of a step, one a network, are one
batched product, so that a stack needs no more launches than a single network. Each
network keeps its own trials, Adam and losses, and has the gradients of
`training.train` up to the rounding of float32. Where training is unstable it amplifies
that: at N = 256 losses agree to 2e-6 for some ten epochs, and part after that.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from tqdm import tqdm

from interplay.adam import GROUPS, AdamState, Arrays
from interplay.network import Network
from interplay.tasks.trials import Task
from interplay.torch_adam import Tensors, TorchAdam
from interplay.training import Run, State, stretch


@dataclass(frozen=True)
class StackedState(AdamState):
    """The states of several runs as one, for a checkpoint: a run a slice."""

    losses: list[list[float]]
    """of every run, of every epoch so far"""

    @classmethod
    def of(cls, states: Sequence[State]) -> Self:
        """Stack states."""
        groups = {group: _stacked(group, states) for group in GROUPS}
        return cls(**groups, losses=[state.losses for state in states])

    def states(self) -> list[State]:
        """Take the stack apart."""
        groups = {group: getattr(self, group) for group in GROUPS}
        return [
            State(**_of_one(groups, i), losses=losses)
            for i, losses in enumerate(self.losses)
        ]

    @property
    def epoch(self) -> int:
        """How many epochs have been taken, by those that did not diverge."""
        return max(map(len, self.losses))

    @property
    def progress(self) -> dict[str, np.ndarray]:
        """The losses of each run by its number, for a checkpoint: float64, (epoch,)."""
        return {str(i): np.asarray(each) for i, each in enumerate(self.losses)}

    @classmethod
    def restored(
        cls, groups: Mapping[str, Arrays], progress: Mapping[str, np.ndarray]
    ) -> Self:
        """Return the stack with these weights, moments and `progress`."""
        losses = [progress[str(i)].tolist() for i in range(len(progress))]
        return cls(**groups, losses=losses)


def train_together(
    runs: Sequence[Run],
    task: Task,
    states: Sequence[State],
    device: str = "cpu",
    keep: Callable[[list[State]], None] = lambda states: None,
    keep_every: float = 10.0,
) -> list[State]:
    """Train each run from its state to its last epoch, or to a loss that is not finite.

    Args:
        runs: what to train; they differ in g and seed alone.
        task: draws the trials, each run's from its own streams.
        states: where each run begins; but for those that diverged, at the same epoch.
        device: "cpu" or "cuda".
        keep: called with the states of all runs now and then, for checkpoints.
        keep_every: seconds between two such calls, at least.

    Returns:
        The last state of each run; `State.diverged` tells why it may be early.

    Raises:
        ValueError: the runs differ in more than g and seed, or the states in their epoch.
    """
    if len({replace(run, g=0.0, seed=0) for run in runs}) != 1:
        raise ValueError("expected runs that differ in g and seed alone")
    ended = {i: state for i, state in enumerate(states) if state.diverged}
    epochs = {state.epoch for state in states if not state.diverged}
    if not epochs:
        return list(states)
    if len(epochs) > 1:
        raise ValueError(f"expected states of one epoch, found {sorted(epochs)}")
    (epoch,) = epochs

    adam = TorchAdam(StackedState.of(states), epoch, runs[0].learning_rate, device)
    network = Network(**adam.weights)
    losses = [list(state.losses) for state in states]

    def current_states() -> list[State]:
        groups = adam.put_down()
        return [
            ended[i]
            if i in ended
            else State(**_of_one(groups, i), losses=list(losses[i]))
            for i in range(len(runs))
        ]

    stack = None
    kept_at = time.monotonic()
    progress = tqdm(total=runs[0].epochs, initial=epoch, unit="epoch", disable=None)
    with progress:
        while epoch < runs[0].epochs and len(ended) < len(runs):
            of_each = [stretch(run, task, epoch) for run in runs]
            together = (
                torch.from_numpy(np.stack(arrays, axis=2)).to(device)
                for arrays in zip(*of_each, strict=True)
            )
            for inputs, targets, mask in zip(*together, strict=True):
                stack = stack or Stack(network, *inputs.shape[::2][:2], task.dt)
                found, gradients = stack.losses_and_gradients(
                    network, inputs, targets, mask
                )
                found = found.tolist()
                for i in range(len(runs)):
                    if i not in ended:
                        losses[i].append(found[i])
                stopped = [i for i, loss in enumerate(found) if not math.isfinite(loss)]
                if not ended.keys() >= set(stopped):
                    now = current_states()
                    ended = {i: now[i] for i in stopped} | ended
                adam.step(gradients)
                epoch += 1
                progress.update()
            if time.monotonic() - kept_at >= keep_every:
                keep(current_states())
                kept_at = time.monotonic()
    return current_states()


def _stacked(group: str, states: Sequence[State]) -> Arrays:
    of_each = [getattr(state, group) for state in states]
    return {name: np.stack([each[name] for each in of_each]) for name in of_each[0]}


def _of_one(groups: Mapping[str, Arrays], i: int) -> dict[str, Arrays]:
    return {
        group: {name: array[i] for name, array in arrays.items()}
        for group, arrays in groups.items()
    }


class Stack:
    """The buffers in which a stack of networks is simulated, allocated once.

    The equations, and what stands in a row of the states and of their adjoints, are
    those of `interplay.network`.
    """

    def __init__(self, network: Network, n_samples: int, n_trials: int, dt: float):
        """Allocate for batches of `n_trials` trials a network, `n_samples` long.

        Args:
            network: stacked, W: (run, N, N), B: (run, N, Nin), C: (run, Nout, N).
        """
        n_runs, self.n, n_inputs = network.B.shape
        self.dt = dt
        rows, steps = (n_runs, n_trials), n_samples + 1
        zeros = network.W.detach().new_zeros
        self.x = zeros(*rows, self.n)
        self.states = zeros(steps, *rows, self.n + n_inputs)
        self.adjoints = zeros(steps, *rows, self.n + network.C.shape[1])
        self.recurrent = zeros(*rows, self.n)

    @torch.no_grad()
    def losses_and_gradients(
        self,
        network: Network,
        inputs: torch.Tensor,
        targets: torch.Tensor,
        mask: torch.Tensor,
    ) -> tuple[torch.Tensor, Tensors]:
        """Return each network's `masked_loss`, and its gradient by W, B and C.

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
        of_x, of_z = dt * total[:, :n], total[:, n:]
        gradients = {"W": of_x[..., :n], "B": of_x[..., n:], "C": of_z[..., :n]}
        # The fused Adam reads a gradient as if it were laid out like its weights.
        return losses, {name: part.contiguous() for name, part in gradients.items()}


def _rows_of_each(steps: torch.Tensor) -> torch.Tensor:
    """Return (run, time · trial, column) of (time, run, trial, column)."""
    return steps.transpose(0, 1).flatten(1, 2)
