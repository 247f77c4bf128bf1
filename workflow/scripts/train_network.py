"""Train one network, going on from a checkpoint if there is one."""

import hashlib
import json
from pathlib import Path

import pandas as pd
import torch

from interplay.checkpoint import kept_state, save_checkpoint
from interplay.files import write_json
from interplay.record import Stopwatch, describe_machine, fingerprint, granted_device
from interplay.storage import write_arrays, write_table
from interplay.tasks import make_task
from interplay.training import Run, State, initial_state, train
from job import job

with job(snakemake) as log:
    params, wildcards = snakemake.params, snakemake.wildcards
    torch.set_num_threads(snakemake.threads)
    torch.use_deterministic_algorithms(True)
    torch.set_flush_denormal(True)
    device = granted_device(snakemake.resources.get("gpu", 0))

    options = {"dt": params.dt} | ({"hold": params.hold} if params.hold else {})
    task = make_task(params.task, **options)
    run = Run(
        task_name=params.task,
        g=float(wildcards.g),
        seed=int(wildcards.seed),
        n=params.N,
        epochs=params.epochs,
        batch=params.batch,
        learning_rate=params.learning_rate / params.N,
    )
    start = initial_state(run, task)
    W0_sha256 = fingerprint(start.weights["W"].numpy())

    made_of = json.dumps([dict(params.items()), dict(wildcards.items()), device])
    identity = hashlib.sha256(made_of.encode()).hexdigest()
    checkpoint = Path(snakemake.output.network).with_name("checkpoint.safetensors")
    kept = kept_state(State, identity, checkpoint, log)

    stopwatch = Stopwatch.start()
    state = train(
        run,
        task,
        kept or start,
        device=device,
        keep=lambda state: save_checkpoint(state, identity, checkpoint),
    )
    if state.diverged:
        log(f"the loss became {state.losses[-1]} at epoch {state.epoch - 1}")

    weights = {name: tensor.numpy() for name, tensor in state.weights.items()}
    write_arrays(weights, snakemake.output.network)
    losses = {"epoch": range(state.epoch), "loss": state.losses}
    write_table(pd.DataFrame(losses), snakemake.output.loss)
    write_json(
        {
            "run": vars(run),
            "task": options,
            "W0_sha256": W0_sha256,
            "epochs": state.epoch,
            "diverged": state.diverged,
            "resumed_at": kept.epoch if kept else 0,
            "code_sha256": params.code,
            "parameters_sha256": identity,
            "machine": describe_machine(device),
            **stopwatch.read(),
        },
        snakemake.output.record,
    )
    checkpoint.unlink(missing_ok=True)
