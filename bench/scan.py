"""Training the rate network in JAX: one jitted step of `lax.scan` and optax an epoch."""

import os

# XLA reads these once, when JAX is first imported.
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")

import jax
import jax.numpy as jnp
import numpy as np
import optax

from bench.nonlinear import DT, batches, make_run
from bench.timing import Contender
from interplay.nonlinear.run import initial_weights


def jax_scan(task_name: str, n: int, epochs: int) -> Contender:
    """Return the training of `plain_autograd` in JAX, compiled at its first run."""
    run, _ = make_run(task_name, n, epochs)
    adam = optax.adam(run.learning_rate)

    def loss_of(weights, inputs, targets, mask):
        W, B, C = weights

        def step(state, u):
            x, rates = state
            x = (1 - DT) * x + DT * (rates @ W.T + u @ B.T)
            rates = jnp.tanh(x)
            return (x, rates), rates @ C.T

        zeros = jnp.zeros((inputs.shape[1], n), jnp.float32)
        _, outputs = jax.lax.scan(step, (zeros, zeros), inputs)
        return 0.5 * jnp.sum(mask * (targets - outputs) ** 2) / jnp.sum(mask)

    @jax.jit
    def train_once(weights, moments, batch):
        loss, gradient = jax.value_and_grad(loss_of)(weights, *batch)
        updates, moments = adam.update(gradient, moments)
        return optax.apply_updates(weights, updates), moments, loss

    def losses(epochs: int) -> np.ndarray:
        run, task = make_run(task_name, n, epochs)
        initial = initial_weights(run, task.n_inputs, task.n_outputs)
        weights = tuple(jnp.asarray(initial[k]) for k in "WBC")
        moments = adam.init(weights)
        found = []
        for batch in batches(run, task):
            weights, moments, loss = train_once(weights, moments, batch)
            found.append(float(loss))
        return np.array(found)

    return Contender("JAX scan + optax", losses, epochs)
