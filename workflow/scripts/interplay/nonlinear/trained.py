"""A trained network, read back with its initial weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from interplay.nonlinear.evaluation import losses_with
from interplay.nonlinear.network import Network
from interplay.nonlinear.training import Run, draw_test_trials, initial_weights
from interplay.runs.records import fingerprint
from interplay.storage.errors import InputError
from interplay.tasks import make_task
from interplay.tasks.trials import Task, Trials


@dataclass(frozen=True)
class TrainedNetwork:
    """A network at the end of its training job, with its initial recurrent weights."""

    run: Run
    task: Task
    device: str
    """where it was trained"""
    W0: np.ndarray
    """(N, N), float32"""
    network: Network[np.ndarray]
    """W, B, C after training, float32"""
    losses: np.ndarray
    """(epoch,), float64, of the training batches"""
    diverged: bool

    @property
    def dW(self) -> np.ndarray:
        """The change of connectivity, W - W0, Eq. (1): (N, N), float32."""
        return self.network.W - self.W0

    def test_trials(self, n_trials: int) -> Trials:
        """Draw the run's own test trials."""
        return draw_test_trials(self.run, self.task, n_trials)

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
        return losses_with(self.network, recurrent, trials, self.task.dt)

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


def trained_network(
    record: Mapping, weights: Mapping[str, np.ndarray], losses: np.ndarray
) -> TrainedNetwork:
    """Combine the outputs of a training job; W0 is drawn again from the run's seed.

    Args:
        record: the job's record.json.
        weights: W, B, C, float32.
        losses: (epoch,).

    Raises:
        InputError: the W0 drawn is not the W0 that the network started from.
    """
    run = Run(**record["run"])
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
        diverged=record["diverged"],
    )
