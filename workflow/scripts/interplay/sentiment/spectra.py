"""Singular values of the weights of a trained LSTM, Fig. 5(a)."""

import pandas as pd

from interplay.lowrank.spectrum import singular_values
from interplay.sentiment.model import LAYERS
from interplay.sentiment.trained import TrainedLSTM


def spectra(trained: TrainedLSTM) -> pd.DataFrame:
    """Return the singular values of the input and recurrent weights of both layers.

    Returns:
        A row per singular value: layer, weight (input, recurrent), matrix (W0, W, dW),
        index (from 1, largest first), value.
    """
    parts = []
    for layer in LAYERS:
        for weight in ("input", "recurrent"):
            name = f"layer{layer}.{weight}"
            W0, W = trained.initial[name], trained.final[name]
            for matrix, entries in {"W0": W0, "W": W, "dW": W - W0}.items():
                values = singular_values(entries)
                rows = {"index": range(1, len(values) + 1), "value": values}
                labels = {"layer": layer, "weight": weight, "matrix": matrix}
                parts.append(pd.DataFrame({**labels, **rows}))
    return pd.concat(parts, ignore_index=True)
