"""A trained network with its initial weights, as read from the files of its training job."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from interplay.nonlinear.network import Network, masked_loss
from interplay.nonlinear.run import Run, State, initial_weights
from interplay.runs.records import fingerprint
from interplay.storage.arguments import real_array, whole_number
from interplay.storage.arrays import read_arrays
from interplay.storage.errors import InputError
from interplay.storage.files import read_json
from interplay.storage.tables import read_table
from interplay.tasks import find_task, make_task
from interplay.tasks.drawing import draw_trials, trial_length
from interplay.tasks.trials import Task, Trials

if TYPE_CHECKING:
    import torch

TEST_TRIALS = "test trials"
"""name of the stream that test trials are drawn from"""

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

    def __post_init__(self):
        """Raise `InputError` unless the weights are float32 of the shapes of run and task."""
        n, n_inputs, n_outputs = self.run.n, self.task.n_inputs, self.task.n_outputs
        shapes = {"W0": (n, n), "W": (n, n), "B": (n, n_inputs), "C": (n_outputs, n)}
        for name, shape in shapes.items():
            array = self.W0 if name == "W0" else getattr(self.network, name)
            found = f"{array.dtype} of shape {array.shape}"
            if found != (expected := f"float32 of shape {shape}"):
                raise InputError(f"{self}: {name}: expected {expected}, found {found}")
            # The loss of a network that diverged is not finite; its weights may not be.
            if not self.diverged:
                real_array(f"{self}: {name}", array)

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

        Raises:
            InputError: x or u is no array of finite numbers of this shape.
        """
        x = _last_axis("x", x, self.run.n)
        u = _last_axis("u", u, self.task.n_inputs)
        return self._step(x, u)

    def _step(self, x: np.ndarray, u: np.ndarray) -> np.ndarray:
        W, B = self.network.W, self.network.B
        return x + self.task.dt * (-x + np.tanh(x) @ W.T + u @ B.T)

    def simulate(self, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Run trials that start at x = 0, Eqs (2) and (3).

        Args:
            inputs: (time, trial, Nin), u, float32 or float64.

        Returns:
            The outputs z, (time, trial, Nout), and the states x, (time, trial, N), both
            after each input sample.

        Raises:
            InputError: the inputs are no array of finite numbers of this shape.
        """
        shape = "time", "trial", self.task.n_inputs
        inputs = real_array("inputs", inputs, shape=shape)
        x = np.zeros((*inputs.shape[1:-1], self.run.n), inputs.dtype)
        states = np.stack([x := self._step(x, u) for u in inputs])
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

    def test_trials(self, n_trials: int, stream: str = TEST_TRIALS) -> Trials:
        """Draw trials of the run's own, from a stream that training never uses.

        Args:
            n_trials: number of trials.
            stream: name of the stream; another name gives independent trials.

        Raises:
            InputError: the task's trials are not what they must be.
        """
        count = whole_number("n_trials", n_trials, 1)
        name, streams = self.run.task_name, partial(self.run.stream, stream)
        length = trial_length(self.task, name, streams)
        return draw_trials(self.task, name, streams(), count, length=length)

    def losses_with(
        self,
        recurrent: Iterable[np.ndarray],
        n_trials: int = 512,
        stream: str = TEST_TRIALS,
    ) -> np.ndarray:
        """Return the loss of this network with each of several recurrent weights.

        Args:
            recurrent: each (N, N), in place of W; converted to float32.
            n_trials: number of the run's test trials.
            stream: of the trials, see `test_trials`.

        Returns:
            float64, one loss per element of `recurrent`.

        Raises:
            InputError: an element is no array of finite numbers of this shape, or the
                task's trials are not what they must be.
        """
        # It imports numba, which takes as long as all that other readers of a network do.
        from interplay.nonlinear.engine import Engine

        shape = self.network.W.shape
        recurrent = [
            np.require(
                real_array(f"recurrent[{i}]", W, np.float32, shape), None, ["C", "W"]
            )
            for i, W in enumerate(recurrent)
        ]
        trials = self.test_trials(n_trials, stream)
        engines: dict[int, Engine] = {}
        losses = np.zeros(len(recurrent))
        for start in range(0, n_trials, TRIALS_AT_ONCE):
            part = slice(start, start + TRIALS_AT_ONCE)
            some = Trials(*(np.ascontiguousarray(a[:, part]) for a in trials))
            if not some.mask.any():
                continue
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


def _last_axis(name: str, value: np.ndarray, length: int) -> np.ndarray:
    array = real_array(name, value)
    if array.shape[-1:] != (length,):
        raise InputError(f"{name}: expected shape (…, {length}), found {array.shape}")
    return array


def read_network(
    network: str | Path, loss: str | Path, record: str | Path
) -> TrainedNetwork:
    """Read a trained network from the three files of its training job.

    Raises:
        InputError: a file is missing or damaged, or has other arrays than the network's.
    """
    losses = read_table(loss)["loss"].to_numpy()
    about, weights = read_json(record), read_arrays(network)
    try:
        return trained_network(about, weights, losses)
    except InputError as error:
        raise InputError(f"{network}: {error}") from None


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
        InputError: the W0 drawn is not the W0 that the network started from, or the weights
            are not those of such a network.
    """
    run = Run(**record["run"])
    if folder := record.get("tasks"):
        find_task(run.task_name, folder)
    task = make_task(run.task_name, **record["task"])
    W0 = initial_weights(run, task.n_inputs, task.n_outputs)["W"]
    if (found := fingerprint(W0)) != (expected := record["W0_sha256"]):
        name = f"{run.task_name}, g = {run.g}, seed {run.seed}"
        raise InputError(f"W0 of {name}: expected sha256 {expected}, found {found}")
    if weights.keys() != {"W", "B", "C"}:
        found = ", ".join(weights) or "none"
        raise InputError(f"expected the arrays W, B, C, found {found}")
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
