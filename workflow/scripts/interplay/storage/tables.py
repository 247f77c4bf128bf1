"""Tables in CSV and Parquet files, written whole or not at all."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from interplay.storage.errors import InputError
from interplay.storage.files import reading, replacing


def write_table(table: pd.DataFrame, path: str | Path) -> None:
    """Write a tidy table as CSV or Parquet, by the suffix of `path`, without its index."""
    with replacing(path) as temporary:
        if temporary.suffix == ".csv":
            table.to_csv(temporary, index=False)
        else:
            table.to_parquet(temporary, index=False)


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a CSV or Parquet table; raise `InputError` if it is damaged.

    An empty cell of a CSV file is "" in a text column and NaN in a column of numbers. A
    column that is empty throughout could be either; it is read as NaN.
    """
    with reading(path, "a table"):
        if Path(path).suffix != ".csv":
            # Opened here, since a job's record has only the files that Python opens.
            with open(path, "rb") as file:
                return pd.read_parquet(file)
        table = pd.read_csv(path)
        text = table.columns[table.dtypes.eq(object)]
        return table.fillna(dict.fromkeys(text, ""))


def concatenate(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of several tables with the same columns, one after the other.

    Raises:
        InputError: a table has other columns than the first, as a damaged one has.
    """
    first = list(tables[0].columns)
    for table in tables:
        if list(table.columns) != first:
            found = ", ".join(map(str, table.columns))
            raise InputError(f"expected tables of {', '.join(first)}; found {found}")
    # An empty table has no dtypes of its own and would change those of the result.
    filled = [table for table in tables if len(table)] or tables[:1]
    return pd.concat(filled, ignore_index=True)
