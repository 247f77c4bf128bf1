"""Take gathered Parquet tables apart again, into the files that they were gathered from."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from interplay.provenance.place import Place
from interplay.provenance.receipts import Receipt, producers_of
from interplay.storage.hashes import file_hash
from interplay.storage.tables import read_table, write_table


def write_parts(receipts: Sequence[Receipt], place: Place, folder: Path) -> set[str]:
    """Write the parts of gathered Parquet tables, as far as they come out to the bit.

    Tables in CSV files are left out: pandas rounds their numbers when it reads them.

    Args:
        receipts: of the jobs that gathered tables and of those that wrote the parts.
        place: of the tables.
        folder: that paths of the parts are relative to. A file that is there stays.

    Returns:
        The paths of the parts that were written.
    """
    producers = producers_of(receipts)
    written = set()
    for path, rows in _parts(receipts, place, producers):
        file = folder / path
        if not file.exists():
            write_table(rows, file)
            if file_hash(file) == producers[path].outputs[path]:
                written.add(path)
            else:
                file.unlink()
    return written


def _parts(
    receipts: Sequence[Receipt], place: Place, producers: Mapping[str, Receipt]
) -> Iterator[tuple[str, pd.DataFrame]]:
    for receipt in receipts:
        for path, parts in receipt.parts.items():
            file = place.file(path)
            if file.suffix == ".parquet" and file.is_file():
                table = read_table(file)
                for part in parts:
                    if part in producers:
                        yield part, rows_of(table, producers[part].wildcards)


def rows_of(table: pd.DataFrame, wildcards: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows of a gathered table that one job wrote.

    Args:
        table: with any of the columns experiment, g and seed.
        wildcards: of the job. Those of which the table has no column do not count.
    """
    for name, value in wildcards.items():
        if name in table:
            column = table[name]
            wanted = float(value) if pd.api.types.is_numeric_dtype(column) else value
            table = table[column == wanted]
    return table.reset_index(drop=True)
