"""Writing results so that a file is either whole or not there, and reading them back."""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import safetensors
import safetensors.numpy

from interplay.errors import InputError


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary name beside `path`; move it onto `path` once the block succeeds.

    The temporary file keeps the suffix of `path`, since libraries choose a
    format by it. It is flushed to the disk before the rename, and removed if
    the block raises, so that no reader ever sees half a file.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix
    )
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp, and safetensors too, make files that only their owner reads.
        temporary.chmod(0o644)
        with open(temporary, "rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(value: Any, path: str | Path) -> None:
    """Write `value` as indented JSON; a NaN or an infinity is refused (ValueError)."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(value, indent=2, allow_nan=False) + "\n")


def read_json(path: str | Path) -> Any:
    """Read a JSON file; raise `InputError` naming it if it is not whole."""
    with _reading(path, "a JSON file"):
        return json.loads(Path(path).read_text())


def write_table(table: pd.DataFrame, path: str | Path) -> None:
    """Write a tidy table as CSV or Parquet, by the suffix of `path`, without its index."""
    with replacing(path) as temporary:
        if temporary.suffix == ".csv":
            table.to_csv(temporary, index=False)
        else:
            table.to_parquet(temporary, index=False)


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a CSV or Parquet table; raise `InputError` naming it if it is not whole."""
    with _reading(path, "a table"):
        if Path(path).suffix != ".csv":
            return pd.read_parquet(path)
        table = pd.read_csv(path)
        # "" in a text column is a value (a task without variants), not a missing one.
        text = table.columns[table.dtypes.eq(object)]
        return table.fillna(dict.fromkeys(text, ""))


def write_arrays(arrays: Mapping[str, np.ndarray], path: str | Path) -> None:
    """Write named arrays to a safetensors file."""
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    with replacing(path) as temporary:
        safetensors.numpy.save_file(contiguous, temporary)


def read_arrays(path: str | Path) -> dict[str, np.ndarray]:
    """Read a safetensors file; raise `InputError` naming it if it is not whole."""
    with _reading(path, "a safetensors file"):
        return safetensors.numpy.load_file(path)


@contextmanager
def _reading(path: str | Path, expected: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise InputError(f"{path}: expected {expected}, found no file") from None
    except (ValueError, OSError, safetensors.SafetensorError) as error:
        reason = str(error).strip().splitlines()[0]
        raise InputError(
            f"{path}: expected {expected}, found damage: {reason}"
        ) from error
