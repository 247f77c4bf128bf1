"""A thing that is explained, and the cells of tables that it is described by."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from interplay.provenance.receipts import Receipt


@dataclass(frozen=True)
class Subject:
    """A thing to be explained."""

    title: str
    path: str
    """the file that holds it"""
    table: str = ""
    """path of the table whose rows it shows, if any"""
    rows: pd.DataFrame | None = None
    """indexed by their line in the table's file; none for a whole file, and without a table
    empty for what rests on no run"""
    query: str = ""
    columns: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)


def input_of(stem: str, receipt: Receipt) -> str:
    """Return the table of a name among the tables that a job read."""
    return next(path for path in receipt.inputs if Path(path).stem == stem)


def text(cell: Any) -> str:
    """Return a cell of a text column; a column that is empty throughout is read as NaN."""
    return "" if pd.isna(cell) else str(cell)
