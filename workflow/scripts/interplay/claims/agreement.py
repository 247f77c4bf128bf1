"""Compare our networks with the published values, and judge these by the same criteria.

A published value is a mean over five networks that was read off a figure, with a reading
error; paper/published.csv has them. They become tables in which a claim is measured as in
ours. Ours are compared with them at the points (task, g, N) that both have.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from interplay.claims.statement import Claim
from interplay.claims.verdict import FAILS, HOLDS, judge, measure, unanswered
from interplay.tables.queries import select

AGREES, DIFFERS, UNKNOWN = "agrees", "differs", "not known"
"""outcomes of a comparison; unknown without a standard error, that of one network"""

NO_VALUE = "no published value"

ERRORS = 2
"""combined standard errors beyond which a measured value differs from a published one"""

EVERY = -1
"""stands for a seed, where no seed is left out and no point is shifted"""

POINTS = {"nonlinear": ["task", "g"], "scaling": ["task", "g", "N"]}
"""columns that name a point of the published figure, by the table that shows the same"""

POINTS_OF_OURS = {"linear": ["zhat", "g"], "cosine": ["g"]}
"""columns that name a point of a published figure, by our table, where the quantity of a
claim was read off itself"""

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

COMPARED = [
    "part", "role", "measured", "standard_error", "seeds", "published", "reading_error",
    "tolerance", "agreement", "chose",
]  # fmt: skip

CHOSE = {
    "convergence_epoch": ["flipflop", "mante"],
    "norm_dW": ["flipflop", "mante"],
    "shuffle_loss_ratio": ["flipflop"],
}
"""tasks by whose published values in Fig. 2 the reading `identified` was chosen"""


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


def compare(
    claim: Claim,
    tables: Mapping[str, pd.DataFrame],
    shared: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]],
) -> pd.DataFrame:
    """Compare a claim's quantity with that of the published values, part by part.

    Args:
        claim: the statement.
        tables: ours, the rows of one reading, by name.
        shared: what `shared_points` returned for them.

    Returns:
        A row for each part with a measured and a published value: part, measured (in the
        means over seeds, as published, at the same points), standard_error (over seeds, by
        the jackknife), seeds, published, reading_error (that of each point, combined),
        agreement. A value differs if it is further from the published one than twice the
        root of the sum of both squared errors; tolerance is this distance over the
        published value. role: the task of the part, if it is one; chose: whether the
        reading `identified` was chosen by this value.
    """
    if claim.published:
        return _read_itself(claim, tables[claim.tables[0]])
    if not claim.tables or (name := claim.tables[0]) not in shared:
        return pd.DataFrame(columns=COMPARED)
    ours, theirs = shared[name]
    # A part without the shifted point is as it was.
    parts = theirs.shifted.groupby([theirs[by] for by in (*claim.each, "seed")])
    theirs = theirs[(theirs.seed == EVERY) | parts.transform("any")]
    by_part = _by_part(measure(replace(claim, pooled=False), {name: theirs}))
    shifts = by_part.drop(columns=EVERY).sub(by_part[EVERY], axis=0)
    found = _measured(claim, ours, POINTS[name]).assign(
        published=by_part[EVERY], reading_error=np.sqrt((shifts**2).sum(axis=1))
    )
    found = found.dropna(subset=["measured", "published"]).reset_index()
    return _answered(found, claim, theirs.task.unique())


def _read_itself(claim: Claim, ours: pd.DataFrame) -> pd.DataFrame:
    """Compare the part that meets the expectation least with the published quantity."""
    key = POINTS_OF_OURS[claim.tables[0]]
    found = _measured(claim, ours, key).dropna(subset="measured").reset_index()
    margins = found.measured.map(claim.expected.margin)
    found = found[margins == margins.min()].head(1)
    error = claim.published.get("reading_error", np.nan)
    found = found.assign(published=claim.published["value"], reading_error=error)
    return _answered(found, claim)


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


def _measured(claim: Claim, ours: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Return measured, standard_error and seeds of each part."""
    rows = select(ours, claim.query)
    seeds = [EVERY, *rows.seed.unique()]
    without = [
        rows[rows.seed != one].groupby(key).mean(numeric_only=True) for one in seeds
    ]
    means = pd.concat([of.assign(seed=s) for of, s in zip(without, seeds, strict=True)])
    # A part without a network of the seed is as it was.
    by = [*claim.each, "seed"]
    present = pd.concat([rows.assign(seed=EVERY), rows])[by].drop_duplicates()
    means = means.reset_index()
    if "task" in means:
        means = means.assign(role=means.task)
    means = means.merge(present, on=by)
    alone = replace(claim, rows="", known="", pooled=False)
    by_part = _by_part(measure(alone, {claim.tables[0]: means}))
    left_out = by_part.drop(columns=EVERY)
    n = left_out.count(axis=1)
    error = left_out.std(axis=1, ddof=0) * np.sqrt(n.where(n > 1) - 1)
    found = {"measured": by_part[EVERY], "standard_error": error, "seeds": n}
    return pd.DataFrame(found)


def _by_part(measured: pd.DataFrame) -> pd.DataFrame:
    """Return values by part and seed; the column `EVERY` is there if nothing is."""
    wide = measured.pivot(index="part", columns="seed", values="value").astype(float)
    return wide if EVERY in wide else wide.reindex(columns=[EVERY])


def _answered(
    found: pd.DataFrame, claim: Claim, tasks: Iterable[str] = ()
) -> pd.DataFrame:
    """Return the columns `COMPARED`; see `compare`."""
    distance = ERRORS * np.hypot(found.standard_error.astype(float), found.reading_error)
    differ = (found.measured - found.published).abs() > distance
    words = differ.map({True: DIFFERS, False: AGREES})
    role = found.part.str.partition(", ")[0] if len(found) else found.part
    of_figure = claim.id.startswith(FIGURES["nonlinear"])
    chose = CHOSE.get(claim.options.get("column", ""), []) if of_figure else []
    return found.assign(
        role=role.where(role.isin(list(tasks)), ""),
        tolerance=distance / found.published.abs(),
        agreement=words.where(distance.notna(), UNKNOWN),
        chose=role.isin(chose),
    )[COMPARED]


def summary(
    claim: Claim, compared: pd.DataFrame, published: Mapping[str, pd.DataFrame]
) -> dict[str, object]:
    """Return the columns of claims.csv on the published values.

    Args:
        claim: the statement.
        compared: the table that `compare` returned.
        published: what `published_tables` returned.

    Returns:
        agreement, of all parts; `compared_part`, of the parts with this answer the one that
        is off by most combined errors, with its values; `agreeing` of `comparable` parts;
        source; published_verdict, by the claim's criterion, where each named part was
        published.
    """
    row: dict[str, object] = {
        "about": claim.about, "agreement": NO_VALUE, "compared_part": "", "compared": np.nan,
        "standard_error": np.nan, "published": np.nan, "reading_error": np.nan,
        "agreeing": 0, "comparable": len(compared), "source": "", "published_verdict": "",
    }  # fmt: skip
    if claim.tables and (name := claim.tables[0]) in published:
        exact = published[name][published[name].seed == EVERY]
        rows = _with_reading_errors(published[name]) if claim.pooled else exact
        values = measure(claim, {name: rows})
        if values.value.notna().any() and not unanswered(values):
            row["published_verdict"] = judge(claim, values)["verdict"]
            row["source"] = FIGURES[name]
    if claim.published:
        met = claim.published["value"] in claim.expected
        row["published_verdict"] = HOLDS if met else FAILS
        row["source"] = claim.published["figure"]
    if compared.empty:
        return row
    words = list(compared.agreement)
    answer = next((word for word in (DIFFERS, UNKNOWN) if word in words), AGREES)
    shown = compared[compared.agreement == answer]
    off = (shown.measured - shown.published).abs()
    combined = np.hypot(shown.standard_error.fillna(0), shown.reading_error)
    worst = shown.loc[(off / combined.replace(0, np.nan)).fillna(off).idxmax()]
    row |= {
        "agreement": answer,
        "compared_part": worst.part,
        "compared": worst.measured,
        "agreeing": words.count(AGREES),
        "source": row["source"] or FIGURES[claim.tables[0]],
    }
    return row | worst[["standard_error", "published", "reading_error"]].to_dict()


def _with_reading_errors(published: pd.DataFrame) -> pd.DataFrame:
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
