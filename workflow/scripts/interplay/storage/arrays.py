"""Named arrays in safetensors files, written whole or not at all."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy

from interplay.storage.files import reading, replacing


def write_arrays(
    arrays: Mapping[str, np.ndarray],
    path: str | Path,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write named arrays, and text by name, to a safetensors file."""
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    with replacing(path) as temporary:
        safetensors.numpy.save_file(
            contiguous, temporary, dict(metadata) if metadata else None
        )


def read_arrays(path: str | Path) -> dict[str, np.ndarray]:
    """Read the arrays of a safetensors file, by sorted names.

    Raises:
        InputError: the file is missing or damaged.
    """
    with reading(path, "a safetensors file", safetensors.SafetensorError):
        # Read here, since a job's record has only the files that Python opens.
        arrays = safetensors.numpy.load(Path(path).read_bytes())
        # They are in no order, and views of bytes, which nothing may write to.
        return {name: arrays[name].copy() for name in sorted(arrays)}


def read_metadata(path: str | Path) -> dict[str, str]:
    """Read the text of a safetensors file; raise `InputError` if it is damaged."""
    with (
        reading(path, "a safetensors file", safetensors.SafetensorError),
        safetensors.safe_open(path, "numpy") as file,
    ):
        return file.metadata() or {}
