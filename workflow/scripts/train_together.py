"""Train all networks of a task together, going on from a checkpoint if there is one."""

from itertools import product
from pathlib import Path

import torch

from interplay.nonlinear.stacked import StackedState, train_together
from interplay.nonlinear.training import initial_state
from interplay.runs.checkpoints import kept_state, save_checkpoint
from interplay.runs.devices import describe_device, granted_device, require_determinism
from interplay.runs.records import Stopwatch, describe_machine
from interplay.storage.hashes import value_hash
from interplay.tasks import make_task
from job import job
from network_training import run_of, task_options, write_trained

with job(snakemake) as log:
    params, output = snakemake.params, snakemake.output
    torch.set_num_threads(snakemake.threads)
    torch.set_flush_denormal(True)
    require_determinism()
    device = granted_device(snakemake.resources.get("gpu", 0))
    options = task_options(params)
    task = make_task(params.task, **options)
    runs = [run_of(params, g, seed) for g, seed in product(params.g, params.seeds)]
    starts = [initial_state(run, task) for run in runs]

    identity = value_hash([dict(params.items()), device])
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
    about = {
        "task": options,
        "resumed_at": kept.epoch if kept else 0,
        "code_sha256": params.code,
        "parameters_sha256": identity,
        "trained_together": len(runs),
        "machine": describe_machine(snakemake.threads) | describe_device(device),
        **stopwatch.read(),
    }
    files = zip(output.networks, output.losses, output.records, strict=True)
    for each in zip(runs, starts, states, files, strict=True):
        write_trained(*each, about, log)
    checkpoint.unlink(missing_ok=True)
