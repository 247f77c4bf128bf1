"""A trained network as the seed of W0 and the factors of dW, in one file (Section 5).

The file holds the run, from whose seed W0 is drawn again, the factors of each changed
matrix, Eq. (4), and the weights that are stored whole. A network is rebuilt from these
bytes alone.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import safetensors.numpy

from interplay.lowrank.truncation import factors

Arrays = Mapping[str, np.ndarray]

RUN = "run"
"""key of the run's description (JSON) in the file's metadata"""


def packed(run: Mapping[str, Any], changes: Arrays, whole: Arrays, rank: int) -> bytes:
    """Pack a network.

    Args:
        run: what W0 is drawn from.
        changes: dW by name, each to be truncated.
        whole: weights that are stored as they are, by name.
        rank: of every truncation.

    Returns:
        The bytes of a safetensors file.
    """
    arrays = {f"whole/{name}": np.ascontiguousarray(a) for name, a in whole.items()}
    for name, dW in changes.items():
        left, right = factors(dW, rank)
        arrays |= {f"left/{name}": left, f"right/{name}": right}
    return safetensors.numpy.save(arrays, {RUN: json.dumps(run)})


def unpacked(data: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray], Arrays]:
    """Return the run, the truncated dW by name, and the weights stored whole by name."""
    run = json.loads(_metadata(data)[RUN])
    parts: dict[str, dict[str, np.ndarray]] = {"left": {}, "right": {}, "whole": {}}
    for key, array in safetensors.numpy.load(data).items():
        part, name = key.split("/", 1)
        parts[part][name] = array
    changes = {name: left @ parts["right"][name] for name, left in parts["left"].items()}
    return run, changes, parts["whole"]


def _metadata(data: bytes) -> dict[str, str]:
    """Return a safetensors file's metadata: a part of the JSON header at its beginning."""
    length = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + length])["__metadata__"]
