"""Train all networks of an experiment together, from a checkpoint if there is one."""

from itertools import product
from pathlib import Path

import torch

from interplay.nonlinear.saving import save_network
from interplay.nonlinear.stacked import train_stack, unstack_states
from interplay.nonlinear.training import Run, initial_state
from interplay.runs.checkpoints import Checkpoints
from interplay.runs.devices import describe_device, granted_device, require_determinism
from interplay.runs.records import Stopwatch, describe_machine
from interplay.storage.hashes import value_hash
from interplay.tasks import make_task
from job import job

with job(snakemake):
    params, output = snakemake.params, snakemake.output
    torch.set_num_threads(snakemake.threads)
    torch.set_flush_denormal(True)
    require_determinism()
    device = granted_device(snakemake.resources.get("gpu", 0))
    runs = [
        Run.of(params.experiment, g, seed) for g, seed in product(params.g, params.seeds)
    ]
    task_options = {"dt": params.experiment["dt"], **params.experiment["options"]}
    task = make_task(params.experiment["task"], **task_options)
    starts = [initial_state(run, task) for run in runs]

    identity = value_hash([dict(params.items()), device])
    checkpoint = Path(output.network[0]).parents[2] / "checkpoint.safetensors"
    checkpoints = Checkpoints(checkpoint, identity)
    saved = checkpoints.load()
    first = unstack_states(*saved) if saved else starts

    stopwatch = Stopwatch.start()
    states = train_stack(runs, task, first, device, checkpoints, snakemake.threads)
    about = {
        "task": task_options,
        "resumed_at": max(state.epoch for state in first),
        "code_sha256": params.code,
        "parameters_sha256": identity,
        "trained_together": len(runs),
        "machine": describe_machine(snakemake.threads) | describe_device(device),
        **stopwatch.read(),
    }
    paths = zip(output.network, output.loss, output.record, strict=True)
    for each in zip(runs, starts, states, paths, strict=True):
        save_network(*each, about)
    checkpoints.remove()
