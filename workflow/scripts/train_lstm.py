"""Train one LSTM, going on from a checkpoint if there is one."""

from pathlib import Path

import pandas as pd

from interplay.runs.checkpoints import Checkpoints
from interplay.runs.devices import describe_device, granted_device, require_determinism
from interplay.runs.records import describe_machine
from interplay.sentiment.training import (
    Run,
    State,
    fingerprints,
    initial_state,
    train,
)
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

    run = Run(
        seed=int(snakemake.wildcards.seed),
        n=params.experiment["N"],
        epochs=params.experiment["epochs"],
        batch=params.experiment["batch"],
        learning_rate=params.experiment["learning_rate"] / params.experiment["N"],
        dropout=params.experiment["dropout"],
    )
    train_set, dev_set = read_split(files.train), read_split(files.dev)
    language = run.language(train_set, read_table(files.vectors))
    n_inputs = language.vectors.shape[1]
    initial_weights = run.initial_weights(n_inputs)

    inputs = {name: file_hash(path) for name, path in files.items()}
    identity = value_hash([vars(run), inputs, params.code, device])
    checkpoint = Path(output.network).with_name("checkpoint.safetensors")
    checkpoints = Checkpoints(checkpoint, identity, every=60.0)
    saved = checkpoints.load()
    first = State.from_checkpoint(*saved) if saved else initial_state(initial_weights)

    state = train(
        run,
        language,
        train_set,
        dev_set,
        first,
        threads=snakemake.threads,
        device=device,
        checkpoints=checkpoints,
    )
    write_arrays(state.weights, output.network)
    curves = pd.DataFrame(state.epochs)
    curves.insert(0, "epoch", range(len(curves)))
    curves.insert(0, "seed", run.seed)
    curves.insert(0, "experiment", snakemake.wildcards.experiment)
    write_table(curves.assign(treebank=params.treebank), output.curves)
    write_json(
        {
            "run": vars(run),
            "treebank": params.treebank,
            "n_inputs": n_inputs,
            "initial_sha256": fingerprints(initial_weights),
            "epochs": len(state.epochs),
            "steps": state.steps,
            "resumed_at": first.epoch,
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
