"""Panels of a figure: the table and the rows that each of them shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from string import ascii_lowercase
from typing import Any

import pandas as pd

from interplay.figures.style import TASKS
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


def lettered(*panels: Panel) -> dict[str, Panel]:
    """Return panels by letter, from a on."""
    return dict(zip(ascii_lowercase, panels, strict=False))


def by_task(*rows: Panel) -> dict[str, Panel]:
    """Return panels by letter, in reading order, with a column per task.

    Args:
        rows: the panels of each row, without the name of the task in what they show.
            `{task}` in their queries becomes the task.
    """
    panels = (
        replace(row, shows=f"{row.shows}: {name}", rows=row.rows.format(task=task))
        for row in rows
        for task, name in TASKS.items()
    )
    return lettered(*panels)


def task_columns(panels: Mapping[str, Panel]) -> Iterator[tuple[str, list[Panel]]]:
    """Yield each task and its panels of `by_task`, from top to bottom."""
    for column, task in enumerate(TASKS):
        yield task, list(panels.values())[column :: len(TASKS)]
