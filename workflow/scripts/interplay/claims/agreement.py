"""Compare our networks with the published values, and judge these by the same criteria.

Both are compared at the points (task, g, N) that both have, see `interplay.claims.published`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from interplay.claims.published import EVERY, FIGURES, POINTS, with_reading_errors
from interplay.claims.statement import Claim
from interplay.claims.verdict import FAILS, HOLDS, judge, measure, unanswered
from interplay.tables.queries import select

AGREES, DIFFERS, UNKNOWN = "agrees", "differs", "not known"
"""outcomes of a comparison; unknown without a standard error, that of one network"""

NO_VALUE = "no published value"

ERRORS = 2
"""combined standard errors beyond which a measured value differs from a published one"""

POINTS_OF_OURS = {"linear": ["zhat", "g"], "cosine": ["g"]}
"""columns that name a point of a published figure, by our table, where the quantity of a
claim was read off itself"""

COMPARED = [
    "part", "role", "measured", "standard_error", "seeds", "published", "reading_error",
    "tolerance", "agreement", "chose",
]  # fmt: skip

CHOSE = {
    "convergence_epoch": ["flipflop", "mante", "romo"],
    "norm_dW": ["flipflop", "mante", "romo"],
    "shuffle_loss_ratio": ["flipflop"],
}
"""tasks by whose published values in Fig. 2 the reading `identified` was chosen. The
comparison of rates leaves Romo out, but its epochs and norms were seen before."""


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
        rows = with_reading_errors(published[name]) if claim.pooled else exact
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
