"""`python -m bench.gpu`: a stack of networks on a GPU, as `train_stack` trains it.

Prints a row per task, in milliseconds an epoch: the step of the gradient, kernel by kernel
and as one graph; how long the GPU computes; the whole training by the number of threads
that draw trials.
"""

import argparse
import os
import time
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import torch
import yaml
from torch.profiler import ProfilerActivity, profile

from interplay.configuration.experiments import PAPER_TASKS, Experiment, experiments
from interplay.nonlinear.network import Network
from interplay.nonlinear.run import Run, initial_state
from interplay.nonlinear.stacked import stack_states, train_stack
from interplay.nonlinear.stacked_engine import StackedEngine, losses_and_gradients
from interplay.nonlinear.training import STRETCH, stretch
from interplay.optimisers.in_torch import TorchAdam
from interplay.tasks import make_task

THREADS = (1, 2, 4, 8)


def milliseconds(function: Callable[[], object], times: int) -> float:
    """Return the time of a call, with all that it launches."""
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(times):
        function()
    torch.cuda.synchronize()
    return 1e3 * (time.perf_counter() - start) / times


def kernels(function: Callable[[], object]) -> tuple[int, float, float]:
    """Return how many kernels a call runs, and their milliseconds: of all, of products."""
    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as profiler:
        function()
        torch.cuda.synchronize()
    found = [e for e in profiler.key_averages() if e.device_type.name == "CUDA"]
    products = [event for event in found if "gemm" in event.key.lower()]
    all_, of_products = (
        sum(event.self_device_time_total for event in events) / 1e3
        for events in (found, products)
    )
    return sum(event.count for event in found), all_, of_products


def measure(experiment: Experiment, epochs: int) -> Mapping[str, float]:
    """Return one row of the table."""
    options = {"dt": experiment.training["dt"], **experiment.options}
    task = make_task(experiment.task, **options)
    parameters = experiment.parameters | {"epochs": epochs}
    runs = [
        Run.of(parameters, g, seed) for g, seed in product(experiment.g, experiment.seeds)
    ]
    states = [initial_state(run, task) for run in runs]
    start = time.perf_counter()
    first = [next(stretch(run, task, 0)) for run in runs]
    drawing = 1e3 * (time.perf_counter() - start) / STRETCH
    trials = [
        torch.from_numpy(np.stack(arrays, axis=1)).cuda()
        for arrays in zip(*first, strict=True)
    ]
    adam = TorchAdam(stack_states(states)[0], 0, runs[0].learning_rate, "cuda")
    network = Network(**adam.weights)
    engine = StackedEngine.for_batch(network, trials[0], task.dt)
    replay = losses_and_gradients(network, task.dt, *trials)
    engine.losses_and_gradients(network, *trials)
    count, busy, products = kernels(lambda: replay(*trials))
    row = {
        "networks": len(runs),
        "samples": len(trials[0]),
        "kernels": count,
        "drawing": drawing,
        "launched": milliseconds(
            lambda: engine.losses_and_gradients(network, *trials), 20
        ),
        "replayed": milliseconds(lambda: replay(*trials), 50),
        "busy": busy,
        "products": products,
    }
    for threads in THREADS:

        def training(threads: int = threads) -> None:
            train_stack(runs, task, states, "cuda", threads=threads)

        row[f"training_{threads}"] = milliseconds(training, 1) / epochs
    return row


def main() -> None:
    """Measure the experiments that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m bench.gpu", description=__doc__)
    parser.add_argument("--experiments", nargs="+", default=list(PAPER_TASKS))
    parser.add_argument("--epochs", type=int, default=300)
    chosen = parser.parse_args()
    if not torch.cuda.is_available():
        parser.error("torch finds no GPU")
    os.environ.setdefault("NVIDIA_TF32_OVERRIDE", "0")
    known = experiments(
        yaml.safe_load(Path("config.yaml").read_text("utf-8"))["nonlinear"]
    )
    rows = {name: measure(known[name], chosen.epochs) for name in chosen.experiments}
    print(torch.cuda.get_device_name(), "torch", torch.__version__)
    print(pd.DataFrame(rows).round(2).to_string())


if __name__ == "__main__":
    main()
