"""A task for which initial connectivity is necessary: produce a cosine without input.

The network starts at x(0) = √N m and reads out along w = m, the same vector. Without
initial connectivity the gradient stays a multiple of m mᵀ. Its one nonzero eigenvalue is
real, so the network cannot oscillate. Section 5 of the paper refers to this experiment.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from interplay.linear.dense import Task, gradient_descent, simulate_states
from interplay.linear.network import Network
from interplay.runs.durations import samples

Array = NDArray[np.floating]


@dataclass(frozen=True)
class CosineTrial:
    """A trial with the target cos(2π t / period), in membrane time constants."""

    duration: float
    """length of the trial"""
    scored: float
    """the loss counts the samples up to this time"""
    period: float
    """period of the target"""
    dt: float
    """time step"""

    def target(self, time: Array) -> Array:
        """Return the target at some times."""
        return np.cos(2 * np.pi * time / self.period)

    def times(self, duration: float) -> Array:
        """Return the times dt, 2 dt, … of the samples up to a time."""
        return self.dt * np.arange(1, int(samples(duration, self.dt)) + 1)


def with_one_direction(network: Network) -> Network:
    """Return the network with its input vector as readout vector: w = m."""
    return replace(network, w=network.m)


def cosine_task(network: Network, trial: CosineTrial) -> Task:
    """Return the task: x(0) = m, no input, the target sampled at dt, 2 dt, …, `scored`."""
    time = trial.times(trial.scored)
    return Task(
        start=network.m,
        drive=np.zeros_like(network.m),
        readout=network.w,
        target=trial.target(time),
        weight=np.full(len(time), 1 / len(time)),
        dt=trial.dt,
    )


def sustaining_eigenvalue(period: float, dt: float) -> complex:
    """Return the eigenvalue of W whose mode oscillates with a period and keeps its size.

    An Euler step multiplies the mode of an eigenvalue λ by 1 − dt + dt λ, which has to
    be exp(2πi dt / period). The limit for small dt is 1 + 2πi / period.

    Args:
        period: in membrane time constants.
        dt: time step, in membrane time constants.
    """
    return complex(1 + (np.exp(2j * np.pi * dt / period) - 1) / dt)


def upper_eigenvalue(W: Array, rounding: float = 1e-9) -> complex:
    """Return the eigenvalue of W with the largest imaginary part.

    Args:
        W: (N, N), recurrent connectivity.
        rounding: imaginary parts up to this count as 0.

    Returns:
        The eigenvalue. If all eigenvalues are real, the one with the largest modulus.
    """
    values = np.linalg.eigvals(W).astype(complex)
    upper = values[np.argmax(np.imag(values))]
    if upper.imag > rounding:
        return complex(upper)
    return complex(values[np.argmax(np.abs(values))].real)


def learn_cosine(
    network: Network,
    trial: CosineTrial,
    learning_rate: float,
    epochs: int,
    eigenvalue_interval: int = 1,
) -> tuple[pd.DataFrame, Array]:
    """Train one network and record its loss and its upper eigenvalue.

    Args:
        network: the network before training, with w = m.
        trial: durations, target and time step.
        learning_rate: step size.
        epochs: number of updates.
        eigenvalue_interval: epochs from one computation of the eigenvalue to the next.

    Returns:
        A table with the columns epoch, loss, eigenvalue_re and eigenvalue_im (one row
        per epoch; NaN where the eigenvalue is not computed), and the trained W, (N, N).
        Both end early if the network diverges.
    """
    rows, W = [], network.W0
    descent = gradient_descent(
        network.W0, cosine_task(network, trial), learning_rate, epochs
    )
    for epoch, state in enumerate(descent):
        W, value = state.W, complex(np.nan, np.nan)
        if epoch % eigenvalue_interval == 0:
            value = upper_eigenvalue(W)
        rows.append((epoch, state.loss, value.real, value.imag))
    columns = ["epoch", "loss", "eigenvalue_re", "eigenvalue_im"]
    return pd.DataFrame(rows, columns=columns), W


def measure_cosine(
    network: Network, curves: pd.DataFrame, W: Array, threshold: float
) -> dict[str, Any]:
    """Measure one trained network: a row of cosine.csv.

    Args:
        network: the network before training.
        curves: its table from `learn_cosine`.
        W: (N, N), its trained connectivity.
        threshold: share of the initial loss below which a network has converged.

    Returns:
        N, initial_loss, final_loss; convergence_epoch, NaN if the network has not
        converged; norm_dW; s1 and s2, the singular values of dW; eigenvalue_re and
        eigenvalue_im of the trained W.
    """
    first, last = curves.iloc[0], curves.iloc[-1]
    dW = W - network.W0
    s = np.linalg.svd(dW, compute_uv=False)
    eigenvalue = upper_eigenvalue(W)
    below = curves.epoch[curves.loss < threshold * first.loss]
    return {
        "N": len(network.m),
        "initial_loss": first.loss,
        "final_loss": last.loss,
        "convergence_epoch": below.min(),
        "norm_dW": np.linalg.norm(dW),
        "s1": s[0],
        "s2": s[1],
        "eigenvalue_re": eigenvalue.real,
        "eigenvalue_im": eigenvalue.imag,
    }


def cosine_output(network: Network, W: Array, trial: CosineTrial) -> pd.DataFrame:
    """Tabulate one trial: time, output, target and scored (whether the loss counts it).

    Args:
        network: gives m and w; its W0 is not used.
        W: (N, N), recurrent connectivity.
        trial: durations, target and time step.
    """
    time = np.r_[0.0, trial.times(trial.duration)]
    states = simulate_states(W, cosine_task(network, trial), len(time) - 1)
    last = trial.times(trial.scored)[-1]
    return pd.DataFrame(
        {
            "time": time,
            "output": states @ network.w,
            "target": trial.target(time),
            "scored": (time > 0) & (time <= last),
        }
    )
