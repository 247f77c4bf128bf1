"""Tables and arrays on disk: CSV, Parquet and safetensors, written whole or not at all."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import safetensors
import safetensors.numpy

from interplay.files import reading, replacing


def write_table(table: pd.DataFrame, path: str | Path) -> None:
    """Write a tidy table as CSV or Parquet, by the suffix of `path`, without its index."""
    with replacing(path) as temporary:
        if temporary.suffix == ".csv":
            table.to_csv(temporary, index=False)
        else:
            table.to_parquet(temporary, index=False)


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a CSV or Parquet table; raise `InputError` naming it if it is not whole."""
    with reading(path, "a table"):
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
    with reading(path, "a safetensors file", safetensors.SafetensorError):
        return safetensors.numpy.load_file(path)
