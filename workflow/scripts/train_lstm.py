"""Train one LSTM; a job that was killed resumes from its checkpoint."""

from pathlib import Path

from interplay.runs.checkpoints import Checkpoints
from interplay.runs.devices import describe_device, granted_device, require_determinism
from interplay.runs.finished import CHECKPOINT
from interplay.runs.records import describe_machine
from interplay.sentiment.run import Run, State, initial_state, learning_curves
from interplay.sentiment.sentences import read_split
from interplay.sentiment.trained import TrainedLSTM
from interplay.sentiment.training import train
from interplay.sentiment.vocabulary import language_of
from interplay.storage.arrays import write_arrays
from interplay.storage.files import write_json
from interplay.storage.hashes import file_hash, value_hash
from interplay.storage.tables import read_table, write_table
from job import script


@script
def main(input, output, params, wildcards, threads, resources):
    """Train the LSTM; write its weights, learning curves and record."""
    require_determinism()
    device = granted_device(resources.get("gpu", 0))

    run = Run.of(params.experiment, int(wildcards.seed))
    train_set, dev_set = read_split(input.train), read_split(input.dev)
    language = language_of(run, train_set, read_table(input.vectors))
    initial = run.initial_weights(language.vectors.shape[1])

    inputs = {name: file_hash(path) for name, path in input.items()}
    identity = value_hash([vars(run), inputs, params.code, device])
    path = Path(output.network).with_name(CHECKPOINT)
    checkpoints = Checkpoints(path, identity, every=60.0)
    first = checkpoints.resume(State.from_checkpoint, initial_state(initial))
    state = train(run, language, train_set, dev_set, first, threads, device, checkpoints)

    trained = TrainedLSTM(
        wildcards.experiment,
        run,
        params.treebank,
        device,
        initial,
        state.weights,
        inputs,
    )
    write_arrays(trained.final, output.network)
    write_table(trained.labelled(learning_curves(state)), output.curves)
    record = {
        **trained.record,
        "epochs": state.epoch,
        "steps": state.steps,
        "resumed_at": first.epoch,
        "code_sha256": params.code,
        "parameters_sha256": identity,
        "machine": describe_machine(threads) | describe_device(device),
        "wall_seconds": state.wall_seconds,
        "cpu_seconds": state.cpu_seconds,
    }
    write_json(record, output.record)
    checkpoints.remove()
