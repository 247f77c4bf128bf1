"""A trained network with its initial weights, as read from the files of its training job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from interplay.nonlinear.engine import Engine
from interplay.nonlinear.network import Network, masked_loss
from interplay.nonlinear.training import Run, State, initial_weights
from interplay.runs.records import fingerprint
from interplay.storage.arrays import read_arrays
from interplay.storage.errors import InputError
from interplay.storage.files import read_json
from interplay.storage.tables import read_table
from interplay.tasks import find_task, make_task
from interplay.tasks.trials import Task, Trials

if TYPE_CHECKING:
    import torch

TRIALS_AT_ONCE = 128
"""whose losses are computed together: enough for the products' full speed, few enough for
the cache"""


@dataclass(frozen=True, eq=False, repr=False)
class TrainedNetwork:
    """A network at the end of its training, with its initial recurrent weights.

    Like an array or a torch module, a network is equal only to itself; compare the weights
    of two networks with `numpy.array_equal`.
    """

    run: Run
    task: Task
    device: str
    """where it was trained"""
    W0: np.ndarray
    """(N, N), float32"""
    network: Network[np.ndarray]
    """W, B, C after training, float32"""
    losses: np.ndarray
    """(epoch,), float64, of the training batches; empty if it is archived without them"""
    initial_loss: float
    """of the first training batch"""
    diverged: bool
    rank: int | None = None
    """of dW if the network was archived with dW truncated; None if dW is whole"""

    @classmethod
    def of(cls, run: Run, task: Task, state: State) -> "TrainedNetwork":
        """Return the network of a run that was trained in this process.

        Args:
            run: what was trained.
            task: the task.
            state: the last state, from `interplay.nonlinear.training.train`.
        """
        return cls(
            run=run,
            task=task,
            device="cpu",
            W0=initial_weights(run, task.n_inputs, task.n_outputs)["W"],
            network=Network(**state.weights),
            losses=np.asarray(state.losses),
            initial_loss=state.losses[0],
            diverged=state.diverged,
        )

    def __repr__(self) -> str:
        """Name the network in one line; its arrays are too large to print."""
        run = self.run
        dW = "dW whole" if self.rank is None else f"dW of rank {self.rank}"
        return f"TrainedNetwork({run.task_name}, g={run.g}, seed={run.seed}, N={run.n}, {dW})"

    @property
    def dW(self) -> np.ndarray:
        """The change of connectivity, W - W0, Eq. (1): (N, N), float32."""
        return self.network.W - self.W0

    def step(self, x: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Return the state after one Euler step, Eq. (2).

        The state x is at a fixed point for the input u if `step(x, u)` is x.

        Args:
            x: (…, N), float32 or float64; the result has this precision.
            u: (…, Nin), with the same leading dimensions, or others that broadcast.

        Returns:
            (…, N), (1 - dt) x + dt (W tanh(x) + B u).
        """
        W, B = self.network.W, self.network.B
        return x + self.task.dt * (-x + np.tanh(x) @ W.T + u @ B.T)

    def simulate(self, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Run trials that start at x = 0, Eqs (2) and (3).

        Args:
            inputs: (time, trial, Nin), u, float32 or float64.

        Returns:
            The outputs z, (time, trial, Nout), and the states x, (time, trial, N), both
            after each input sample.
        """
        x = np.zeros((*inputs.shape[1:-1], self.run.n), inputs.dtype)
        states = np.stack([x := self.step(x, u) for u in inputs])
        return np.tanh(states) @ self.network.C.T, states

    def as_torch(self) -> "torch.nn.Module":
        """Return a torch module with the same dynamics.

        Its parameters are W, B and C. It maps inputs, (time, trial, Nin), to outputs,
        (time, trial, Nout), and is differentiable; see
        `interplay.nonlinear.in_torch.RateNetwork`.
        """
        # Imported by name: measurements neither load torch nor rerun with that module.
        in_torch = import_module("interplay.nonlinear.in_torch")
        return in_torch.RateNetwork(self.network, self.task.dt)

    def test_trials(self, n_trials: int) -> Trials:
        """Draw the run's own test trials, from a stream that training never uses."""
        return self.task.draw(self.run.stream("test trials"), n_trials)

    def losses_with(
        self, recurrent: Sequence[np.ndarray], n_trials: int = 512
    ) -> np.ndarray:
        """Return the loss of this network with each of several recurrent weights.

        Args:
            recurrent: each (N, N), float32, in place of W.
            n_trials: number of the run's test trials.

        Returns:
            float64, one loss per element of `recurrent`.
        """
        trials = self.test_trials(n_trials)
        engines: dict[int, Engine] = {}
        losses = np.zeros(len(recurrent))
        for start in range(0, n_trials, TRIALS_AT_ONCE):
            part = slice(start, start + TRIALS_AT_ONCE)
            some = Trials(*(np.ascontiguousarray(a[:, part]) for a in trials))
            size = some.inputs.shape[1]
            if size not in engines:
                engines[size] = Engine.for_batch(self.network, some, self.task.dt)
            for i, W in enumerate(recurrent):
                network = replace(self.network, W=W)
                outputs = engines[size].simulate(network, some.inputs)
                loss = masked_loss(outputs.astype(np.float64), some.targets, some.mask)
                losses[i] += loss * some.mask.sum(dtype=np.float64)
        return losses / trials.mask.sum(dtype=np.float64)

    def labelled(self, table: pd.DataFrame, experiment: str) -> pd.DataFrame:
        """Return a table of this network with the columns experiment, task, g, seed first."""
        labels = {
            "experiment": experiment,
            "task": self.run.task_name,
            "g": self.run.g,
            "seed": self.run.seed,
        }
        named = pd.DataFrame(labels, index=table.index)
        return named.join(table)


def read_network(
    network: str | Path, loss: str | Path, record: str | Path
) -> TrainedNetwork:
    """Read a trained network from the three files of its training job.

    Raises:
        InputError: a file is missing or damaged.
    """
    losses = read_table(loss)["loss"].to_numpy()
    return trained_network(read_json(record), read_arrays(network), losses)


def trained_network(
    record: Mapping,
    weights: Mapping[str, np.ndarray],
    losses: np.ndarray,
    rank: int | None = None,
) -> TrainedNetwork:
    """Combine the outputs of a training job; draw W0 again from the run's seed.

    Args:
        record: the job's record.json; of an archived network, its description.
        weights: W, B, C, float32.
        losses: (epoch,); empty if the network is archived without them.
        rank: of dW if the network was archived with dW truncated.

    Raises:
        InputError: the W0 drawn is not the W0 that the network started from.
    """
    run = Run(**record["run"])
    if folder := record.get("tasks"):
        find_task(run.task_name, folder)
    task = make_task(run.task_name, **record["task"])
    W0 = initial_weights(run, task.n_inputs, task.n_outputs)["W"]
    if (found := fingerprint(W0)) != (expected := record["W0_sha256"]):
        name = f"{run.task_name}, g = {run.g}, seed {run.seed}"
        raise InputError(f"W0 of {name}: expected sha256 {expected}, found {found}")
    return TrainedNetwork(
        run=run,
        task=task,
        device=record["machine"]["device"],
        W0=W0,
        network=Network(**weights),
        losses=np.asarray(losses),
        initial_loss=losses[0] if len(losses) else record["initial_loss"],
        diverged=record["diverged"],
        rank=rank,
    )
