"""Trained weights as factors of dW: one file format for all networks (Section 5).

W0 can be drawn again from the seed of a run. A file therefore holds, for each matrix that
training changed, the factors of a truncated dW, Eq. (4), and all other weights whole. It is
a safetensors file of one network or of several, with these arrays:

    NETWORK/left/MATRIX     (M, rank), and
    NETWORK/right/MATRIX    (rank, N): their product is dW
    NETWORK/dW/MATRIX       (M, N): a dW that is not truncated
    NETWORK/whole/NAME      a weight after training

A network without a name has no `NETWORK/` in front. The metadata of the file describes the
networks, with their runs, in JSON.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import safetensors.numpy

from interplay.lowrank.truncation import factors
from interplay.storage.errors import InputError

Arrays = Mapping[str, np.ndarray]

PARTS = ("left", "right", "dW", "whole")

EARLIER = {
    "left": "left/W",
    "right": "right/W",
    "dW": "dW/W",
    "B": "whole/B",
    "C": "whole/C",
}
"""names of the arrays in the files of version 0.2, and their names now"""


@dataclass(frozen=True, eq=False)
class Factored:
    """The weights of one trained network, without W0."""

    parts: Arrays
    """by part and name, such as left/W, right/W and whole/B"""

    @classmethod
    def of(cls, changes: Arrays, whole: Arrays, rank: int | None) -> "Factored":
        """Truncate the changes of a network.

        Args:
            changes: dW by the name of the matrix, each (M, N).
            whole: the other weights after training, by name.
            rank: of each truncation; None if dW is stored whole.
        """
        parts = {f"whole/{name}": array for name, array in whole.items()}
        for name, dW in changes.items():
            if rank is None:
                parts[f"dW/{name}"] = dW
            else:
                parts[f"left/{name}"], parts[f"right/{name}"] = factors(dW, rank)
        return cls(parts)

    @property
    def nbytes(self) -> int:
        """Size of all arrays, in bytes."""
        return sum(array.nbytes for array in self.parts.values())

    @property
    def whole(self) -> dict[str, np.ndarray]:
        """The weights that are stored as they are after training, by name."""
        return self._part("whole")

    @property
    def dW(self) -> dict[str, np.ndarray]:
        """The changes of the other weights, truncated or whole, by name."""
        left, right = self._part("left"), self._part("right")
        try:
            products = {name: left[name] @ right[name] for name in left}
        except (KeyError, ValueError) as error:
            raise InputError(
                f"left, right: expected two factors per matrix, found {error}"
            ) from None
        return products | self._part("dW")

    def weights(self, initial: Arrays) -> dict[str, np.ndarray]:
        """Return the weights after training: W0 + dW, or the weight that is stored whole.

        Args:
            initial: the weights before training, by name; the result has their order.

        Raises:
            InputError: a weight is missing, or of another shape than before training.
        """
        dW, whole = self.dW, self.whole
        for name, W0 in initial.items():
            array = dW.get(name, whole.get(name))
            found = "none" if array is None else array.shape
            if found != W0.shape:
                raise InputError(f"{name}: expected shape {W0.shape}, found {found}")
        return {
            name: W0 + dW[name] if name in dW else whole[name]
            for name, W0 in initial.items()
        }

    def _part(self, part: str) -> dict[str, np.ndarray]:
        return {
            key.partition("/")[2]: array
            for key, array in self.parts.items()
            if key.startswith(f"{part}/")
        }


def pack(networks: Mapping[str, Factored], key: str, about: Any) -> bytes:
    """Pack networks; equal arguments give equal bytes.

    Args:
        networks: by name; the name of a single one may be "".
        key: of the description in the metadata. There is one key only, because safetensors
            writes several in random order.
        about: a JSON value that describes the networks, with the runs that W0 is drawn from.

    Returns:
        The bytes of a safetensors file.
    """
    arrays = {
        f"{name}/{part}" if name else part: np.ascontiguousarray(array)
        for name, network in networks.items()
        for part, array in network.parts.items()
    }
    return safetensors.numpy.save(arrays, {key: json.dumps(about, allow_nan=False)})


def unpack(data: bytes, key: str) -> tuple[dict[str, Factored], Any]:
    """Return the networks by name, and their description; see `pack`.

    Raises:
        KeyError: the file holds other arrays, or no description under the key.
        safetensors.SafetensorError or ValueError: the bytes are damaged.
    """
    about = json.loads(_metadata(data)[key])
    parts: dict[str, dict[str, np.ndarray]] = {}
    for path, array in safetensors.numpy.load(data).items():
        network, part = _split(path)
        parts.setdefault(network, {})[part] = array
    return {name: Factored(arrays) for name, arrays in parts.items()}, about


def _split(path: str) -> tuple[str, str]:
    """Return the network and the part of an array."""
    head, _, name = path.rpartition("/")
    network, _, part = head.rpartition("/")
    return (network, f"{part}/{name}") if part in PARTS else (head, EARLIER[name])


def _metadata(data: bytes) -> dict[str, str]:
    """Return a safetensors file's metadata: a part of the JSON header at its beginning."""
    # safetensors reads metadata from files only, not from bytes.
    length = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + length])["__metadata__"]
