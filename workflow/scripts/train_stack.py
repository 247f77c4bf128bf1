"""Train all networks of an experiment together, from a checkpoint if there is one."""

from itertools import product
from pathlib import Path

import torch

from interplay.nonlinear.job import train_and_save
from interplay.nonlinear.run import Run
from interplay.nonlinear.stacked import train_stack, unstack_states
from interplay.runs.checkpoints import Checkpoints
from interplay.runs.devices import describe_device, granted_device, require_determinism
from interplay.runs.finished import CHECKPOINT
from interplay.runs.records import describe_machine
from interplay.storage.hashes import value_hash
from job import script


@script
def main(output, params, threads, resources):
    """Train the networks; write weights, losses and record of each."""
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    require_determinism()
    device = granted_device(resources.get("gpu", 0))
    runs = [
        Run.of(params.experiment, g, seed) for g, seed in product(params.g, params.seeds)
    ]
    identity = value_hash([dict(params.items()), device])
    checkpoint = Path(output.network[0]).parents[2] / CHECKPOINT
    checkpoints = Checkpoints(checkpoint, identity)
    about = {
        "code_sha256": params.code,
        "parameters_sha256": identity,
        "trained_together": len(runs),
        "machine": describe_machine(threads) | describe_device(device),
    }
    train_and_save(
        params.experiment,
        runs,
        lambda task, states: train_stack(
            runs, task, states, device, checkpoints, threads
        ),
        unstack_states,
        checkpoints,
        list(zip(output.network, output.loss, output.record, strict=True)),
        about,
    )
    checkpoints.remove()
