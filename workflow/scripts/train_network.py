"""Train one network, from its checkpoint if there is one."""

from pathlib import Path

from interplay.kernels.denormals import flush_denormals
from interplay.nonlinear.saving import save_network
from interplay.nonlinear.training import Run, State, initial_state, train
from interplay.runs.checkpoints import Checkpoints
from interplay.runs.records import Stopwatch, describe_machine
from interplay.storage.hashes import value_hash
from interplay.tasks import make_task
from job import job

with job(snakemake):
    params, wildcards, output = snakemake.params, snakemake.wildcards, snakemake.output
    flush_denormals()
    run = Run.of(params.experiment, float(wildcards.g), int(wildcards.seed))
    task_options = {"dt": params.experiment["dt"], **params.experiment["options"]}
    task = make_task(run.task_name, **task_options)
    start = initial_state(run, task)

    identity = value_hash([dict(params.items()), dict(wildcards.items())])
    checkpoint = Path(output.network).with_name("checkpoint.safetensors")
    checkpoints = Checkpoints(checkpoint, identity)
    saved = checkpoints.load()
    first = State.from_checkpoint(*saved) if saved else start

    stopwatch = Stopwatch.start()
    state = train(run, task, first, checkpoints)
    about = {
        "task": task_options,
        "resumed_at": first.epoch,
        "code_sha256": params.code,
        "parameters_sha256": identity,
        "machine": describe_machine(threads=1),
        **stopwatch.read(),
    }
    paths = output.network, output.loss, output.record
    save_network(run, start, state, paths, about)
    checkpoints.remove()
