"""Compare the contents of files that two runs made: tables, verdicts, drawings."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.image import imread

from interplay.storage.tables import read_table

TABLES = (".csv", ".parquet")
"""suffixes of tables"""

CLAIMS = "claims.csv"

ROW_KEYS = (
    "id", "label", "reading", "part", "experiment", "role", "task", "quantity", "zhat", "g",
    "N", "seed", "split", "vectors", "matrix", "layer", "weight", "target", "index", "rank",
    "epoch", "tau", "kind", "channel", "time",
)  # fmt: skip
"""columns that say what a row of a table describes"""


def file_difference(ours: Path, theirs: Path) -> list[str]:
    """Return how the contents of two files differ, whose bytes do.

    In a table, only the columns that both have count. In a drawing, its title and metadata,
    which name the inputs and the code of its job, do not.
    """
    if ours.suffix in TABLES:
        return list(table_difference(read_table(ours), read_table(theirs)))
    if ours.suffix == ".svg":
        return drawing_difference(ours, theirs)
    return ["another content"]


def table_difference(ours: pd.DataFrame, theirs: pd.DataFrame) -> Iterator[str]:
    """Yield the columns of both tables in which they differ, and by how much.

    Rows are paired by the columns in `ROW_KEYS`; if these do not tell rows apart, by position.
    """
    keys = [key for key in ROW_KEYS if key in ours.columns and key in theirs.columns]
    if keys and not ours.duplicated(keys).any() and not theirs.duplicated(keys).any():
        ours, theirs = ours.set_index(keys), theirs.set_index(keys)
    paired = ours.index.intersection(theirs.index)
    if only := len(ours) - len(paired):
        yield f"{only} rows are in the first only"
    if only := len(theirs) - len(paired):
        yield f"{only} rows are in the second only"
    for column in ours.columns.intersection(theirs.columns):
        mine, other = ours.loc[paired, column], theirs.loc[paired, column]
        same = (mine == other) | (mine.isna() & other.isna())
        count = int((~same).sum())
        if count:
            yield f"{column} differs in {count} of {len(paired)} rows{_size(mine, other)}"


def own_columns(ours: Path, theirs: Path) -> Iterator[str]:
    """Yield the columns that only one of two tables has."""
    mine, other = (read_table(file).columns for file in (ours, theirs))
    for only, run in (
        (mine.difference(other), "first"),
        (other.difference(mine), "second"),
    ):
        if len(only):
            yield f"columns of the {run} only: {', '.join(only)}"


def _size(mine: pd.Series, other: pd.Series) -> str:
    """Return how large the difference of two columns of numbers is."""
    numbers = pd.api.types.is_numeric_dtype
    if not (numbers(mine) and numbers(other)) or mine.dtype == bool:
        return ""
    change = (mine.astype(float) - other.astype(float)).abs()
    relative = change / mine.astype(float).abs().replace(0, np.nan)
    share = "" if relative.isna().all() else f", {relative.max():.2g} of the value"
    return "" if change.isna().all() else f", by at most {change.max():.3g}{share}"


def verdict_difference(ours: Path, theirs: Path) -> Iterator[str]:
    """Yield the claims on which two tables of claims have different verdicts."""
    before, after = (
        read_table(file).set_index(["id", "reading"]).verdict for file in (ours, theirs)
    )
    for key in before.index.intersection(after.index):
        if before[key] != after[key]:
            yield f"{' in reading '.join(key)}: {before[key]}, then {after[key]}"


def drawing_difference(*drawings: Path) -> list[str]:
    """Return how two SVG files differ: in pixels, if their PNG files are next to them.

    Nothing is returned for the same picture.
    """
    # The title and the metadata, which name the job, come before the drawing.
    mine, other = (
        file.read_text("utf-8").partition("</metadata>")[2] for file in drawings
    )
    if mine == other and mine:
        return []
    pictures = [file.with_suffix(".png") for file in drawings]
    if all(file.is_file() for file in pictures):
        return [pixel_difference(*pictures)]
    return ["another picture"]


def pixel_difference(ours: Path, theirs: Path) -> str:
    """Return how many pixels of two PNG files differ."""
    mine, other = imread(ours), imread(theirs)
    if mine.shape != other.shape:
        sizes = [f"{one.shape[1]} × {one.shape[0]}" for one in (mine, other)]
        return f"{sizes[0]} pixels, then {sizes[1]}"
    share = (mine != other).any(axis=-1).mean()
    return f"{share:.2%} of the pixels differ"
