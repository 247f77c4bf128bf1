"""Train all networks of a task together, going on from a checkpoint if there is one."""

import hashlib
import json
from itertools import product
from pathlib import Path

import pandas as pd
import torch

from interplay.checkpoint import kept_state, save_checkpoint
from interplay.files import write_json
from interplay.record import Stopwatch, describe_machine, fingerprint, granted_device
from interplay.storage import write_arrays, write_table
from interplay.tasks import make_task
from interplay.together import StackedState, train_together
from interplay.training import Run, initial_state
from job import job

with job(snakemake) as log:
    params, output = snakemake.params, snakemake.output
    torch.set_num_threads(snakemake.threads)
    torch.use_deterministic_algorithms(True)
    torch.set_flush_denormal(True)
    device = granted_device(snakemake.resources.get("gpu", 0))

    options = {"dt": params.dt} | ({"hold": params.hold} if params.hold else {})
    task = make_task(params.task, **options)
    runs = [
        Run(
            task_name=params.task,
            g=g,
            seed=seed,
            n=params.N,
            epochs=params.epochs,
            batch=params.batch,
            learning_rate=params.learning_rate / params.N,
        )
        for g, seed in product(params.g, params.seeds)
    ]
    starts = [initial_state(run, task) for run in runs]
    W0_sha256 = [fingerprint(start.weights["W"].numpy()) for start in starts]

    made_of = json.dumps([dict(params.items()), device])
    identity = hashlib.sha256(made_of.encode()).hexdigest()
    checkpoint = Path(output.networks[0]).parents[2] / "checkpoint.safetensors"
    kept = kept_state(StackedState, identity, checkpoint, log)

    stopwatch = Stopwatch.start()
    states = train_together(
        runs,
        task,
        kept.states() if kept else starts,
        device=device,
        keep=lambda states: save_checkpoint(
            StackedState.of(states), identity, checkpoint
        ),
    )
    seconds = stopwatch.read()

    files = zip(output.networks, output.losses, output.records, strict=True)
    for run, state, W0, (network, loss, record) in zip(
        runs, states, W0_sha256, files, strict=True
    ):
        if state.diverged:
            log(f"{run}: the loss became {state.losses[-1]} at epoch {state.epoch - 1}")
        write_arrays({k: v.numpy() for k, v in state.weights.items()}, network)
        losses = {"epoch": range(state.epoch), "loss": state.losses}
        write_table(pd.DataFrame(losses), loss)
        write_json(
            {
                "run": vars(run),
                "task": options,
                "W0_sha256": W0,
                "epochs": state.epoch,
                "diverged": state.diverged,
                "resumed_at": kept.epoch if kept else 0,
                "code_sha256": params.code,
                "parameters_sha256": identity,
                "machine": describe_machine(device),
                "trained_together": len(runs),
                **seconds,
            },
            record,
        )
    checkpoint.unlink(missing_ok=True)
