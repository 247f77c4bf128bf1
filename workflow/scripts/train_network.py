"""Train one network, from its checkpoint if there is one."""

from pathlib import Path

from interplay.kernels.denormals import flush_denormals
from interplay.nonlinear.job import train_and_save
from interplay.nonlinear.run import Run, State
from interplay.nonlinear.training import train
from interplay.runs.checkpoints import Checkpoints
from interplay.runs.finished import CHECKPOINT
from interplay.runs.records import describe_machine
from interplay.storage.hashes import value_hash
from job import script


@script
def main(output, params, wildcards, resources):
    """Train the network; write its weights, losses and record."""
    flush_denormals()
    run = Run.of(params.experiment, float(wildcards.g), int(wildcards.seed))
    identity = value_hash([dict(params.items()), dict(wildcards.items())])
    checkpoint = Path(output.network).with_name(CHECKPOINT)
    checkpoints = Checkpoints(checkpoint, identity)
    about = {
        "code_sha256": params.code,
        "parameters_sha256": identity,
        "machine": describe_machine(threads=1),
    }
    (state,) = train_and_save(
        params.experiment,
        [run],
        lambda task, states: [train(run, task, *states, checkpoints)],
        lambda state, progress: [State.from_checkpoint(state, progress)],
        checkpoints,
        [(output.network, output.loss, output.record)],
        about,
    )
    if resources.keep_checkpoint:
        checkpoints.save(state, state.progress)
    else:
        checkpoints.remove()
