"""Time the descent of linear networks against dense matrix products."""

import numpy as np

from bench.timing import ENGINE, Contender
from interplay.linear.descent import descend
from interplay.linear.network import Network, Trial, draw_network
from interplay.linear.rates import learning_rate
from interplay.runs.streams import stream

TRIAL = Trial(duration=101, onset=1, window=1, dt=0.5)
TARGETS = np.array([0.5, 1.0, 2.0])
G = 0.6
RATES = learning_rate(np.array([0.015, 0.009, 0.003]), G)


def engine(n: int, epochs: int) -> Contender:
    """Return the pipeline's descent: all targets from one W0, with singular values.

    One epoch updates the networks of all targets. The time includes the eigenbasis of W0.

    Args:
        n: number of neurons.
        epochs: number of epochs to time.
    """

    def losses(epochs: int) -> np.ndarray:
        network = draw_network(n, G, 0)
        rng = stream("probes", "bench")
        descents = descend(network, TARGETS, RATES, epochs - 1, TRIAL, rng)
        for descent in descents:
            _ = descent.singular_values
        return np.array([descent.loss for descent in descents]).T

    return Contender(ENGINE, losses, epochs)


def dense(n: int, epochs: int) -> Contender:
    """Return a plain loop: float32 products with the whole W, one full SVD per epoch.

    Args:
        n: number of neurons.
        epochs: number of epochs to time.
    """

    def train(epochs: int) -> np.ndarray:
        network = draw_network(n, G, 0)
        losses = [
            _dense_descent(network, zhat, rate, epochs)
            for zhat, rate in zip(TARGETS, RATES, strict=True)
        ]
        return np.array(losses).T

    return Contender("dense float32", train, epochs)


def _dense_descent(
    network: Network, zhat: float, rate: float, epochs: int
) -> list[float]:
    W0, m, w = (a.astype(np.float32) for a in (network.W0, network.m, network.w))
    dt, driven, scored = np.float32(TRIAL.dt), TRIAL.driven, TRIAL.scored
    W = W0.copy()
    losses = []
    for _ in range(epochs):
        x = np.zeros((driven + 1, len(m)), np.float32)
        for t in range(driven):
            x[t + 1] = (1 - dt) * x[t] + dt * (W @ x[t] + m)
        error = np.float32(zhat) - x[-scored:] @ w
        # adjoints[t] is the gradient of the loss with respect to x[t + 1].
        adjoints = np.zeros((driven, len(m)), np.float32)
        adjoints[-scored:] = -error[:, None] * w / scored
        for t in range(driven - 1, 0, -1):
            adjoints[t - 1] += (1 - dt) * adjoints[t] + dt * (W.T @ adjoints[t])
        np.linalg.svd(W - W0, compute_uv=False)
        losses.append(float(np.mean(error**2)) / 2)
        W -= np.float32(rate) * dt * (adjoints.T @ x[:-1])
    return losses
