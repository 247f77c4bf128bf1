"""The published values, in tables in which a claim is measured as in ours.

A published value is a mean over five networks that was read off a figure, with a reading
error; paper/published.csv has them.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from interplay.claims.statement import Claim

EVERY = -1
"""stands for a seed, where no seed is left out and no point is shifted"""

POINTS = {"nonlinear": ["task", "g"], "scaling": ["task", "g", "N"]}
"""columns that name a point of the published figure, by the table that shows the same"""

FIGURES = {"nonlinear": "Fig. 2", "scaling": "Fig. S1"}

COPIES = {
    "counted_epochs": "convergence_epoch",
    "counted_rank": "functional_rank_rank0",
    "functional_rank": "functional_rank_rank0",
}
"""columns that claims use, by the column that the published figure shows: its rank is for a
share of the loss at rank 0"""

YES = [
    "converged",
    "converged_early",
    "learned",
    "settled",
    "complete",
    "solved",
    "counts",
]
"""decisions, all true for a published point: the paper draws no others"""


def published_tables(
    published: pd.DataFrame, tables: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """Return the published values in tables with the columns of ours.

    Args:
        published: the table paper/published.csv.
        tables: ours, by name.

    Returns:
        nonlinear and scaling. `seed` -1 has the published values, seed i those with the
        i-th point larger by its reading error (`shifted`). What was not published is missing.
    """
    return {
        name: _as_table(
            published[published.figure.str.startswith(FIGURES[name])], of, key
        )
        for name, key in POINTS.items()
        if (of := tables.get(name)) is not None
    }


def _as_table(
    published: pd.DataFrame, ours: pd.DataFrame, key: list[str]
) -> pd.DataFrame:
    exact = published[published.bound == ""]
    values, errors = (
        exact.pivot(index=key, columns="quantity", values=column).astype(float)
        for column in ("value", "reading_error")
    )
    shifts = np.vstack([np.zeros(len(values)), np.eye(len(values))])
    shifted = [values + errors.mul(shift, axis=0) for shift in shifts]
    table = pd.concat(
        shifted, keys=range(EVERY, len(values)), names=["seed"]
    ).reset_index()
    columns = [*ours.columns, *(c for c in ("task", "role") if c not in ours)]
    shifted = shifts.astype(bool).ravel()
    table = table.reindex(columns=columns).assign(
        role=table.task, shifted=shifted, **_derived(table)
    )
    return table.assign(**{name: True for name in YES if name in ours})


def _derived(table: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the columns that follow from published ones."""
    derived = {new: table[of] for new, of in COPIES.items() if of in table}
    if "N" in table:
        relative = table.norm_dW / np.sqrt(table.N) / table.g.where(table.g > 0)
        derived["relative_norm_dW"] = relative
    return derived


def shared_points(
    tables: Mapping[str, pd.DataFrame], published: Mapping[str, pd.DataFrame]
) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Return our tables and the published ones, by name, at the points that both have.

    Args:
        tables: ours, the rows of one reading, by name.
        published: what `published_tables` returned.
    """
    return {
        name: _at_shared_points(tables[name], theirs, POINTS[name])
        for name, theirs in published.items()
    }


def _at_shared_points(
    ours: pd.DataFrame, theirs: pd.DataFrame, key: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both tables where both have rows, ours without what was not published."""
    ours = ours[ours.settled].assign(task=ours.role)
    ranks = {new: ours[of] for new, of in COPIES.items() if "rank" in new and of in ours}
    ours = ours.assign(**ranks)
    both = theirs[key].drop_duplicates().merge(ours[key].drop_duplicates())
    exact = theirs[theirs.seed == EVERY].set_index(key)
    here = ours.merge(both)
    known = exact.reindex(pd.MultiIndex.from_frame(here[key])).notna()
    for column in known.columns.intersection(here.columns):
        here[column] = here[column].where(known[column].to_numpy())
    return here, theirs.merge(both)


def with_reading_errors(published: pd.DataFrame) -> pd.DataFrame:
    """Return two rows per published point, its value less and plus the reading error.

    The mean of both is the value, and the standard error of this mean is the reading error,
    which so takes the place of the spread over seeds.
    """
    exact, above = published[published.seed == EVERY], published[published.shifted]
    numbers = exact.select_dtypes("number").columns
    below = 2 * exact[numbers].to_numpy() - above[numbers]
    return pd.concat([above.assign(**below), above])


def figures(published: pd.DataFrame) -> Iterable[Claim]:
    """Yield one comparison for each quantity of a published figure, point by point."""
    for (figure, column), _ in published.groupby(["figure", "quantity"]):
        table = next(name for name, of in FIGURES.items() if figure.startswith(of))
        yield Claim(
            id=f"{figure}: {column}",
            where=figure,
            claim="",
            quantity="value",
            options={"column": column},
            tables=(table,),
            known="settled",
            each=tuple(POINTS[table]),
        )
