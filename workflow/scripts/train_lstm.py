"""Train one LSTM; a job that was killed resumes from its checkpoint."""

from pathlib import Path

from interplay.runs.checkpoints import Checkpoints
from interplay.runs.devices import describe_device, granted_device, require_determinism
from interplay.runs.records import describe_machine
from interplay.sentiment.run import Run, State, initial_state, learning_curves
from interplay.sentiment.trained import fingerprints, labelled
from interplay.sentiment.training import train
from interplay.sentiment.treebank import read_split
from interplay.storage.arrays import write_arrays
from interplay.storage.files import write_json
from interplay.storage.hashes import file_hash, value_hash
from interplay.storage.tables import read_table, write_table
from job import job

with job(snakemake):
    params, files, output = snakemake.params, snakemake.input, snakemake.output
    require_determinism()
    device = granted_device(snakemake.resources.get("gpu", 0))

    experiment = params.experiment
    run = Run(
        seed=int(snakemake.wildcards.seed),
        n=experiment["N"],
        epochs=experiment["epochs"],
        batch=experiment["batch"],
        learning_rate=experiment["learning_rate"] / experiment["N"],
        dropout=experiment["dropout"],
    )
    train_set, dev_set = read_split(files.train), read_split(files.dev)
    language = run.language(train_set, read_table(files.vectors))
    n_inputs = language.vectors.shape[1]
    initial_weights = run.initial_weights(n_inputs)

    inputs = {name: file_hash(path) for name, path in files.items()}
    identity = value_hash([vars(run), inputs, params.code, device])
    path = Path(output.network).with_name("checkpoint.safetensors")
    checkpoints = Checkpoints(path, identity, every=60.0)
    checkpoint = checkpoints.load()
    start = (
        State.from_checkpoint(*checkpoint)
        if checkpoint
        else initial_state(initial_weights)
    )
    state = train(
        run,
        language,
        train_set,
        dev_set,
        start,
        threads=snakemake.threads,
        device=device,
        checkpoints=checkpoints,
    )
    name = snakemake.wildcards.experiment
    write_arrays(state.weights, output.network)
    curves = labelled(learning_curves(state), name, run.seed, params.treebank)
    write_table(curves, output.curves)
    write_json(
        {
            "experiment": name,
            "run": vars(run),
            "treebank": params.treebank,
            "n_inputs": n_inputs,
            "initial_sha256": fingerprints(initial_weights),
            "epochs": state.epoch,
            "steps": state.steps,
            "resumed_at": start.epoch,
            "inputs_sha256": inputs,
            "code_sha256": params.code,
            "parameters_sha256": identity,
            "machine": describe_machine(snakemake.threads) | describe_device(device),
            "wall_seconds": state.wall_seconds,
            "cpu_seconds": state.cpu_seconds,
        },
        output.record,
    )
    checkpoints.remove()
