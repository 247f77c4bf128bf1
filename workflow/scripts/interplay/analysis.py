"""What is measured of one trained network (section 2, Figs 1 and 2)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from interplay.errors import InputError
from interplay.lowrank import (
    eigenvalues,
    functional_rank,
    losses_of,
    shuffled,
    singular_values,
    truncations,
)
from interplay.network import Network, Workspace, simulate
from interplay.record import fingerprint
from interplay.tasks import make_task
from interplay.tasks.trials import Task
from interplay.training import (
    Run,
    convergence_epoch,
    initial_weights,
    test_trials,
)


@dataclass(frozen=True)
class TrainedNetwork:
    """A network as its training job left it, with its initial connectivity."""

    run: Run
    task: Task
    hold: str
    """the flip-flop's variant; empty for the other tasks"""
    device: str
    """where it was trained"""
    W0: np.ndarray
    """(N, N), float32"""
    weights: dict[str, np.ndarray]
    """W, B, C after training, float32"""
    losses: np.ndarray
    """(epoch,), float64, of the training batches"""
    diverged: bool

    @property
    def dW(self) -> np.ndarray:
        """The change of connectivity, W - W0, Eq. (1): (N, N), float32."""
        return self.weights["W"] - self.W0

    @property
    def network(self) -> Network:
        """The trained weights as a network."""
        return Network(**self.weights)

    def labelled(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table of this network with the columns that name it in front."""
        run = self.run
        named = pd.DataFrame(index=table.index)
        named["task"], named["hold"] = run.task_name, self.hold
        named["g"], named["seed"] = run.g, run.seed
        return named.join(table)


def trained_network(
    record: Mapping, weights: Mapping[str, np.ndarray], losses: np.ndarray
) -> TrainedNetwork:
    """Put a training job's outputs together; W0 is drawn anew from the run's seed.

    Raises:
        InputError: the W0 that is drawn is not the one that the network started from.
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
        hold=record["task"].get("hold", ""),
        device=record["machine"]["device"],
        W0=W0,
        weights=dict(weights),
        losses=np.asarray(losses),
        diverged=record["diverged"],
    )


@dataclass(frozen=True)
class Findings:
    """The rows that one network adds to the tables, each already carrying its labels."""

    networks: pd.DataFrame
    losses: pd.DataFrame
    spectrum: pd.DataFrame
    eigenvalues: pd.DataFrame
    truncation: pd.DataFrame


def analyse(
    trained: TrainedNetwork, n_test_trials: int, largest_rank: int, threshold: float
) -> Findings:
    """Measure one network; of one that diverged only its losses are kept.

    Args:
        trained: the network.
        n_test_trials: on which every truncation and the shuffle are tested.
        largest_rank: of the truncations, from rank 0.
        threshold: fraction of the run's initial loss below which a network has
            converged, or a rank is sufficient.
    """
    run, losses = trained.run, trained.losses
    matrices = {"W0": trained.W0, "W": trained.weights["W"], "dW": trained.dW}
    ranks = range(largest_rank + 1)
    truncated = np.empty(0)
    summary: dict[str, object] = {
        "N": run.n,
        "epochs": len(losses),
        "initial_loss": losses[0],
        "final_loss": np.nan,
        "convergence_epoch": None,
        "norm_dW": np.nan,
        "functional_rank": None,
        "functional_rank_rank0": None,
        "shuffle_loss_ratio": np.nan,
        "converged": False,
        "diverged": trained.diverged,
        "device": trained.device,
    }
    if trained.diverged:
        matrices = {}
    else:
        shuffled_W0 = shuffled(trained.W0, run.stream("shuffle"))
        connectivities = [
            *(trained.W0 + part for part in truncations(trained.dW, ranks)),
            shuffled_W0 + trained.dW,
            trained.weights["W"],
        ]
        trials = test_trials(run, trained.task, n_test_trials)
        tested = losses_of(trained.network, connectivities, trials, trained.task.dt)
        truncated, (shuffled_loss, final_loss) = tested[:-2], tested[-2:]
        converged_at = convergence_epoch(losses, threshold)
        converged = converged_at is not None
        summary |= {
            "final_loss": final_loss,
            "convergence_epoch": converged_at,
            "norm_dW": np.linalg.norm(trained.dW.astype(np.float64)),
            "shuffle_loss_ratio": shuffled_loss / losses[0],
            "converged": converged,
        }
        if converged:
            summary["functional_rank"] = functional_rank(truncated, threshold * losses[0])
            summary["functional_rank_rank0"] = functional_rank(
                truncated, threshold * truncated[0]
            )

    integers = ("convergence_epoch", "functional_rank", "functional_rank_rank0")
    return Findings(
        networks=trained.labelled(
            pd.DataFrame([summary]).astype(dict.fromkeys(integers, "Int64"))
        ),
        losses=trained.labelled(
            pd.DataFrame({"epoch": range(len(losses)), "loss": losses})
        ),
        spectrum=trained.labelled(_spectrum(matrices)),
        eigenvalues=trained.labelled(_eigenvalues(matrices)),
        truncation=trained.labelled(
            pd.DataFrame({"rank": ranks[: len(truncated)], "loss": truncated})
        ),
    )


def _spectrum(matrices: Mapping[str, np.ndarray]) -> pd.DataFrame:
    columns = {"matrix": [], "index": [], "value": []}
    for name, matrix in matrices.items():
        values = singular_values(matrix)
        columns["matrix"] += [name] * len(values)
        columns["index"] += range(1, len(values) + 1)
        columns["value"] += values.tolist()
    return pd.DataFrame(columns)


def _eigenvalues(matrices: Mapping[str, np.ndarray]) -> pd.DataFrame:
    columns = {"matrix": [], "index": [], "real": [], "imaginary": []}
    for name, matrix in matrices.items():
        values = eigenvalues(matrix)
        columns["matrix"] += [name] * len(values)
        columns["index"] += range(1, len(values) + 1)
        columns["real"] += values.real.tolist()
        columns["imaginary"] += values.imag.tolist()
    return pd.DataFrame(columns)


def example_trial(trained: TrainedNetwork) -> pd.DataFrame:
    """Run a trained network on its task's example trial (Fig. 1 a-c).

    Returns:
        A row a sample and channel; columns task, hold, g, seed, time (in membrane time
        constants), channel, kind, value, mask. The kinds are input, output and
        target, and phase, whose rows name the times at which a phase begins.
    """
    example = trained.task.example(trained.run.stream("example trial"))
    inputs, targets, mask = example.trials
    workspace = Workspace(trained.network, *inputs.shape[:2], trained.task.dt)
    outputs = simulate(trained.network, inputs, workspace)

    time = trained.task.dt * np.arange(len(inputs))
    parts = []
    for kind, values in {"input": inputs, "output": outputs, "target": targets}.items():
        for channel in range(values.shape[2]):
            counted = mask[:, 0, channel] if kind == "target" else np.ones(len(time))
            parts.append(
                pd.DataFrame(
                    {
                        "time": time,
                        "channel": channel,
                        "kind": kind,
                        "value": values[:, 0, channel].astype(np.float64),
                        "mask": counted.astype(bool),
                    }
                )
            )
    phases = {"time": example.phases, "channel": 0, "kind": "phase"}
    parts.append(pd.DataFrame({**phases, "value": 0.0, "mask": False}))
    return trained.labelled(pd.concat(parts, ignore_index=True))
