"""Archive a trained LSTM in one small file (Section 5), and read it again.

The file has the run, from whose seed W0 is drawn again, the factors of dW of the matrices
that Fig. 5(b) truncates, and the other weights whole. See `interplay.lowrank.factored`.
"""

from pathlib import Path

import safetensors

from interplay.lowrank.factored import Factored, pack, unpack
from interplay.optimisers.state import Arrays
from interplay.sentiment.run import Run
from interplay.sentiment.trained import TrainedLSTM
from interplay.storage.errors import InputError
from interplay.storage.files import reading, replacing

TRUNCATED = ("layer1.recurrent", "layer2.recurrent", "layer2.input")
"""the weights that Fig. 5(b) truncates, each as the whole matrix of the four gates"""

ABOUT = "lstm"
"""key of the description in the file's metadata"""


def factored(trained: TrainedLSTM, rank: int) -> Factored:
    """Return a network without W0, the dW of `TRUNCATED` truncated at a rank."""
    changes = {name: dW for name, dW in trained.dW.items() if name in TRUNCATED}
    whole = {name: W for name, W in trained.final.items() if name not in TRUNCATED}
    return Factored.of(changes, whole, rank)


def rebuilt_weights(run: Run, network: Factored) -> Arrays:
    """Return all weights, float32, with W0 drawn from the run's seed."""
    return network.weights(run.initial_weights(network.whole["layer1.input"].shape[1]))


def write_archived(trained: TrainedLSTM, rank: int, path: str | Path) -> None:
    """Write a network to a file, with the dW of `TRUNCATED` at a rank."""
    about = {**trained.record, "machine": {"device": trained.device}, "rank": rank}
    data = pack({"": factored(trained, rank)}, ABOUT, about)
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def read_archived(path: str | Path) -> TrainedLSTM:
    """Read a network from a file that `write_archived` wrote.

    Raises:
        InputError: the file is missing, damaged or another one.
    """
    try:
        with reading(path, "an archived LSTM", safetensors.SafetensorError):
            networks, about = unpack(Path(path).read_bytes(), ABOUT)
            weights = rebuilt_weights(Run(**about["run"]), networks[""])
    except KeyError:
        raise InputError(
            f"{path}: expected an archived LSTM, found other arrays"
        ) from None
    return TrainedLSTM.from_job(about, weights, about["rank"])
