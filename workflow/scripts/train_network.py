"""Train one network, going on from a checkpoint if there is one."""

from pathlib import Path

from interplay.kernels.denormals import flush_denormals
from interplay.nonlinear.training import State, initial_state, train
from interplay.runs.checkpoints import kept_state, save_checkpoint
from interplay.runs.records import Stopwatch, describe_machine
from interplay.storage.hashes import value_hash
from interplay.tasks import make_task
from job import job
from network_training import run_of, task_options, write_trained

with job(snakemake) as log:
    params, wildcards, output = snakemake.params, snakemake.wildcards, snakemake.output
    flush_denormals()
    options = task_options(params)
    task = make_task(params.task, **options)
    run = run_of(params, float(wildcards.g), int(wildcards.seed))
    start = initial_state(run, task)

    identity = value_hash([dict(params.items()), dict(wildcards.items())])
    checkpoint = Path(output.network).with_name("checkpoint.safetensors")
    kept = kept_state(State, identity, checkpoint, log)

    stopwatch = Stopwatch.start()
    state = train(
        run,
        task,
        kept or start,
        keep=lambda state: save_checkpoint(state, identity, checkpoint),
    )
    about = {
        "task": options,
        "resumed_at": kept.epoch if kept else 0,
        "code_sha256": params.code,
        "parameters_sha256": identity,
        "machine": describe_machine(threads=1),
        **stopwatch.read(),
    }
    files = output.network, output.loss, output.record
    write_trained(run, start, state, files, about, log)
    checkpoint.unlink(missing_ok=True)
