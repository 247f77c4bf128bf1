"""A panel of a figure: the table and the rows that it shows."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from interplay.tables.queries import select


@dataclass(frozen=True)
class Panel:
    """One panel. Each figure's module has its panels in `PANELS`, by their letter."""

    shows: str
    table: str
    """file name in the tables folder"""
    rows: str = ""
    """a query of `interplay.tables.queries`, in which @name is an option of the figure; all
    rows if empty"""
    columns: tuple[str, ...] = ()
    """that are drawn"""

    def select(self, table: pd.DataFrame, **options: Any) -> pd.DataFrame:
        """Return the rows of the panel's table that it shows.

        Args:
            table: the whole table.
            options: of the figure, such as `seed`.
        """
        return select(table, self.rows, **options)


def letters(start: str, n: int) -> list[str]:
    """Return n letters from `start` on."""
    return [chr(ord(start) + number) for number in range(n)]
