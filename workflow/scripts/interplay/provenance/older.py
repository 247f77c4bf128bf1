"""Decisions for tables of archives that are older than the columns of decisions."""

# The full run in paper/results was made before networks had these columns, and today's
# panels and claims select by them. Delete this module with the next full run.

from pathlib import Path

import pandas as pd

from interplay.provenance.graph import Graph
from interplay.tables.networks import DECISIONS, with_decisions

ADDED = {
    "nonlinear": DECISIONS,
    "networks": DECISIONS,
    "training": ["counted_epochs", "counted_rank"],
}
"""columns of each table that older runs lack; `learned` needs the losses and is not added"""


def table_with_decisions(path: str, graph: Graph) -> tuple[pd.DataFrame, list[str]]:
    """Read a table and add the columns of decisions that it lacks.

    Args:
        path: of the table, as receipts name it.
        graph: the receipts.

    Returns:
        The table, indexed by line, and a note on the columns that were added, if any.
    """
    if path not in graph.decided:
        graph.decided[path] = _decided(path, graph)
    return graph.decided[path]


def _decided(path: str, graph: Graph) -> tuple[pd.DataFrame, list[str]]:
    table = graph.table(path)
    lacking = [name for name in ADDED.get(Path(path).stem, []) if name not in table]
    if not lacking:
        return table, []
    measurements = graph.configuration["values"]["nonlinear"]["measurements"]
    decided = with_decisions(table, measurements["largest_rank"])
    note = f"computed now, since the run is older than them: columns {', '.join(lacking)}"
    return table.assign(**decided[lacking]), [note]
