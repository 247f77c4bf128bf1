"""Numbers that compare our networks with the published values."""

from collections.abc import Mapping
from itertools import product

import numpy as np
import pandas as pd

from interplay.paper.labels import Row, as_table, by, labelled
from interplay.tables.published import of_figure_2

RATIOS = ("convergence_epoch", "norm_dW")
"""quantities of Fig. 2 that are compared with the published ones as a ratio"""

COMPARED = {
    **{quantity: quantity for quantity in (*RATIOS, "shuffle_loss_ratio")},
    "functional_rank": "functional_rank_rank0",
}
"""columns of nonlinear.csv, and of published.csv, by the name of the number: the published
rank is for a share of the loss at rank 0"""

CHOSE = {*product(("flipflop", "mante"), RATIOS), ("flipflop", "shuffle_loss_ratio")}
"""tasks and quantities that the choice of the reading rests on"""

SPECTRA = {
    **{
        name: f"{name} of: mean of value over seeds, divided by the published value"
        for name in ("median", "min", "max")
    },
    "bounds": "number of published upper bounds with such a value",
    "below": "number of published upper bounds above the mean of value over seeds",
}
"""formulas of the numbers on singular values, one per layer, weight, matrix and index"""


def against_published(
    networks: pd.DataFrame,
    published: pd.DataFrame,
    readings: Mapping[str, Mapping[str, str]],
) -> pd.DataFrame:
    """Compare the panels of Fig. 2 with the published values.

    The value of published/EXPERIMENT/QUANTITY is the median over g: of measured over
    published for convergence times and norms, else of the size of the difference. Measured
    is the mean over the networks that settled.

    Args:
        networks: nonlinear.csv.
        published: paper/published.csv, read off the published Fig. 2.
        readings: the experiment that stands for each task, in each reading.

    Returns:
        label, value, table, rows, formula. published/nearer counts the pairs of task and
        quantity with which the first of two readings has the smaller median deviation, at
        the g that both have, and published/farther those with the larger one.
        published/test/nearer and so on leave out what the choice of the reading rests on.
    """
    settled, drawn = networks[networks.settled], of_figure_2(published)
    off: dict[tuple[object, str], pd.Series] = {}
    rows: list[Row] = []
    for (experiment, task), of_experiment in settled.groupby(["experiment", "task"]):
        for quantity, column in COMPARED.items():
            points = drawn[(drawn.task == task) & (drawn.quantity == column)]
            means = of_experiment.groupby("g")[column].mean().astype(float)
            compared_at_g = _compared(means, points, quantity in RATIOS).dropna()
            if len(compared_at_g):
                off[experiment, quantity] = compared_at_g
                query = f"experiment == '{experiment}' and settled"
                label = f"published/{experiment}/{quantity}"
                formula = _formula(column, quantity in RATIOS)
                value = compared_at_g.median()
                rows.append((label, value, "nonlinear.csv", query, formula))
    first, second = list(readings.values())[:2]
    signs: dict[tuple[str, str], float] = {}
    for role, quantity in product(first, COMPARED):
        pair = [(of[role], quantity) for of in (first, second)]
        if pair[0] != pair[1] and off.keys() >= set(pair):
            both = pd.concat([off[key] for key in pair], axis=1)
            both = (np.log(both).abs() if quantity in RATIOS else both).dropna()
            if len(both):
                here, there = both.median()
                signs[role, quantity] = np.sign(here - there)
    test = {key: sign for key, sign in signs.items() if key not in CHOSE}
    names = list(readings)[:2]
    for prefix, found_in in ("published", signs), ("published/test", test):
        signed = list(found_in.values())
        counts = {"nearer": signed.count(-1), "farther": signed.count(1)}
        left_out = "" if found_in is signs else " that did not choose the reading"
        formulas = {
            name: f"number of pairs of task and quantity{left_out} whose median deviation "
            f"from the published values is {size} in reading "
            f"{' than in reading '.join(names)}"
            for name, size in {"nearer": "smaller", "farther": "larger"}.items()
        }
        rows += labelled(prefix, counts, "nonlinear.csv", "", formulas)
    return as_table(rows)


def _formula(column: str, is_ratio: bool) -> str:
    means = f"mean of {column} over the rows of one g"
    if is_ratio:
        return f"median over g of: {means}, divided by the published value"
    return f"median over g of: distance of the {means} from the published value"


def _compared(means: pd.Series, points: pd.DataFrame, as_ratio: bool) -> pd.Series:
    """Return means by g over the published values, or the size of the difference."""
    exact = points[points.bound == ""].set_index("g").value.astype(float)
    return means / exact if as_ratio else (means - exact).abs()


def lstm_spectra(spectrum: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Compare singular values of the LSTM's weights with the published ones.

    Args:
        spectrum: sentiment_spectrum.parquet, of the real treebank.
        published: paper/published_lstm_spectrum.csv.

    Returns:
        label, value, table, rows, formula: for each experiment, median, min and max of
        measured over published, and how many of the published bounds are met (below, of
        bounds).
    """
    rows: list[Row] = []
    key = ["layer", "weight", "matrix", "index"]
    for experiment, query, of_experiment in by(spectrum, "experiment"):
        means = of_experiment.groupby(key, as_index=False)["value"].mean()
        both = published.merge(means, on=key, suffixes=("_published", ""))
        ratios = both["value"] / both["value_published"]
        of_exact = ratios[both["bound"] == ""].agg(["median", "min", "max"])
        below = ratios[both["bound"] == "below"] < 1
        values = of_exact.to_dict() | {"bounds": len(below), "below": int(below.sum())}
        table = "sentiment_spectrum.parquet"
        rows += labelled(f"spectrum/{experiment}", values, table, query, SPECTRA)
    return as_table(rows)
