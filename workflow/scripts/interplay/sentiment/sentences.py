"""Files of labelled sentences: one split of the treebank each, as Parquet."""

from pathlib import Path

import pyarrow
import pyarrow.parquet
from datasets import Dataset, disable_progress_bars

from interplay.storage.errors import InputError
from interplay.storage.files import replacing


def write_split(dataset: Dataset, path: str | Path) -> None:
    """Write one split as Parquet."""
    disable_progress_bars()
    with replacing(path) as temporary:
        dataset.to_parquet(temporary)


def read_split(path: str | Path) -> Dataset:
    """Read one split that `write_split` wrote, its features with it.

    Raises:
        InputError: naming the file, if it is not there or not whole.
    """
    # Not Dataset.from_parquet, which leaves a copy in the user's cache.
    try:
        return Dataset(pyarrow.parquet.read_table(path))
    except (OSError, pyarrow.ArrowInvalid):
        raise InputError(f"{path}: expected a whole Parquet file of sentences") from None
