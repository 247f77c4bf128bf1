"""The LSTM as the seed of its W0 and a few factors of dW (section 5)."""

import numpy as np

from interplay.lowrank.packing import packed, unpacked
from interplay.sentiment.measurements import TRUNCATED
from interplay.sentiment.run import Run
from interplay.sentiment.trained import TrainedLSTM


def packed_lstm(trained: TrainedLSTM, rank: int) -> bytes:
    """Pack an LSTM: the change of the matrices of Fig. 5(b) truncated, the rest whole."""
    changes = {name: trained.final[name] - trained.initial[name] for name in TRUNCATED}
    whole = {name: a for name, a in trained.final.items() if name not in TRUNCATED}
    return packed(vars(trained.run), changes, whole, rank)


def rebuilt_lstm(data: bytes, n_inputs: int) -> dict[str, np.ndarray]:
    """Rebuild the weights of an LSTM, float32, as named by `model.initial_weights`.

    Args:
        data: what `packed_lstm` returned.
        n_inputs: dimension of the word vectors.
    """
    run, changes, whole = unpacked(data)
    initial = Run(**run).initial_weights(n_inputs)
    changed = {name: initial[name] + dW for name, dW in changes.items()}
    return {name: {**whole, **changed}[name] for name in initial}
