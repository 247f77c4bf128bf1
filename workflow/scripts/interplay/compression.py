"""A trained network as the seed of W0 and a few factors of dW (section 5).

What is packed are the run, from whose seed W0 is drawn anew, the factors of each
changed matrix's truncation, Eq. (4), and the weights that are kept whole. A network is
rebuilt from these bytes alone.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import safetensors.numpy

from interplay.analysis import TrainedNetwork
from interplay.training import Run, initial_weights

Arrays = Mapping[str, np.ndarray]

RUN = "run"
"""name of the run's description, JSON as bytes, among the arrays"""


def factors(dW: np.ndarray, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """Return left (M, rank) and right (rank, N), whose product is dW^(R), Eq. (4).

    Args:
        dW: (M, N).
        rank: at most min(M, N).
    """
    u, s, vt = np.linalg.svd(dW.astype(np.float64), full_matrices=False)
    left, right = u[:, :rank] * s[:rank], vt[:rank]
    return left.astype(dW.dtype), right.astype(dW.dtype)


def packed(run: Mapping[str, Any], changes: Arrays, whole: Arrays, rank: int) -> bytes:
    """Pack a network.

    Args:
        run: what W0 is drawn from.
        changes: dW by name, each to be truncated.
        whole: what is kept as it is, by name.
        rank: of every truncation.

    Returns:
        The bytes of a safetensors file.
    """
    arrays = {RUN: np.frombuffer(json.dumps(run).encode(), np.uint8)}
    arrays |= {f"whole/{name}": np.ascontiguousarray(a) for name, a in whole.items()}
    for name, dW in changes.items():
        left, right = factors(dW, rank)
        arrays |= {f"left/{name}": left, f"right/{name}": right}
    return safetensors.numpy.save(arrays)


def unpacked(data: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray], Arrays]:
    """Return run, truncated dW by name, and what was kept whole by name."""
    arrays = safetensors.numpy.load(data)
    run = json.loads(arrays[RUN].tobytes())
    parts: dict[str, dict[str, np.ndarray]] = {"left": {}, "right": {}, "whole": {}}
    for key, array in arrays.items():
        if key != RUN:
            part, name = key.split("/", 1)
            parts[part][name] = array
    changes = {name: left @ parts["right"][name] for name, left in parts["left"].items()}
    return run, changes, parts["whole"]


def packed_network(trained: TrainedNetwork, rank: int) -> bytes:
    """Pack a network of section 2: dW truncated, B and C whole."""
    whole = {name: trained.weights[name] for name in ("B", "C")}
    return packed(vars(trained.run), {"W": trained.dW}, whole, rank)


def rebuilt_network(data: bytes) -> dict[str, np.ndarray]:
    """Rebuild W, B and C of a network of section 2, float32."""
    run, changes, whole = unpacked(data)
    drawn = initial_weights(Run(**run), whole["B"].shape[1], whole["C"].shape[0])
    return {"W": drawn["W"] + changes["W"], **whole}
