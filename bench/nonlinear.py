"""Training the rate network: the engine, and a plain autograd loop."""

from collections.abc import Iterator

import numpy as np
import torch

from bench.timing import ENGINE, Contender
from interplay.nonlinear.run import Run, initial_state, initial_weights
from interplay.nonlinear.training import STRETCH, stretch, train
from interplay.tasks import make_task
from interplay.tasks.trials import Task, Trials

DT = 0.5


def make_run(task_name: str, n: int, epochs: int) -> tuple[Run, Task]:
    """Return a network of the paper's experiment (g = 0.9, 32 trials an epoch)."""
    run = Run(
        task_name=task_name,
        g=0.9,
        seed=0,
        n=n,
        epochs=epochs,
        batch=32,
        learning_rate=0.05 / n,
    )
    return run, make_task(task_name, DT)


def operations(run: Run, task: Task) -> int:
    """Floating-point operations an epoch: 6 N² for a trial and sample.

    Those of the N × N products: one forward, one back, one for the gradient of W. Samples
    up to the first input need none, since the network is at rest.
    """
    inputs = task.draw(np.random.default_rng(0), run.batch).inputs
    first = np.flatnonzero(inputs.any(axis=(1, 2)))[0]
    return 6 * run.n**2 * run.batch * int(len(inputs) - first - 1)


def batches(run: Run, task: Task) -> Iterator[Trials]:
    """Yield the batches that the engine draws."""
    for epoch in range(0, run.epochs, STRETCH):
        yield from stretch(run, task, epoch)


def engine(task_name: str, n: int, epochs: int) -> Contender:
    """Return the training of the pipeline itself, trials, loss and Adam included."""

    def losses(epochs: int) -> np.ndarray:
        run, task = make_run(task_name, n, epochs)
        return np.array(train(run, task, initial_state(run, task)).losses)

    return Contender(ENGINE, losses, epochs)


def plain_autograd(task_name: str, n: int, epochs: int) -> Contender:
    """Return the equations as they stand in torch, one autograd graph over the samples."""

    def losses(epochs: int) -> np.ndarray:
        run, task = make_run(task_name, n, epochs)
        weights = initial_weights(run, task.n_inputs, task.n_outputs)
        W, B, C = (torch.from_numpy(weights[k]).requires_grad_() for k in "WBC")
        adam = torch.optim.Adam([W, B, C], lr=run.learning_rate)
        found = []
        for batch in batches(run, task):
            inputs, targets, mask = map(torch.from_numpy, batch)
            x = inputs.new_zeros(run.batch, n)
            rates, outputs = torch.tanh(x), []
            for u in inputs:
                x = (1 - DT) * x + DT * (rates @ W.T + u @ B.T)
                rates = torch.tanh(x)
                outputs.append(rates @ C.T)
            error = targets - torch.stack(outputs)
            loss = 0.5 * (mask * error**2).sum() / mask.sum()
            adam.zero_grad()
            loss.backward()
            adam.step()
            found.append(loss.item())
        return np.array(found)

    return Contender("plain autograd", losses, epochs)
