"""docs/findings.md on the tasks of neurogym, against the archived run of field.yaml."""

from pathlib import Path

import pandas as pd

from interplay.configuration.files import read_yaml

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/findings.md").read_text()
NETWORKS = pd.read_csv(ROOT / "paper/field/tables/field.csv")
MEANS = (
    NETWORKS[NETWORKS.settled]
    .groupby(["experiment", "g"])[
        ["functional_rank", "convergence_epoch", "norm_dW", "shuffle_loss_ratio"]
    ]
    .mean()
    .unstack()
)
"""means over the networks that settled: a row per task"""


def cells(values, form):
    """Return values of each g as one cell; a dash where no network settled."""
    return ", ".join("–" if pd.isna(one) else format(one, form) for one in values)


def row(name):
    """Return the row of a task in the page's table."""
    first, mean = NETWORKS[NETWORKS.experiment == name].iloc[0], MEANS.loc[name]
    parts = [
        f"`{name}`",
        f"{first.n_inputs} ({first.input_dimension:.1f})",
        f"{first.n_outputs} ({first.target_dimension:.1f})",
        cells(mean.functional_rank, ".1f"),
        cells(mean.convergence_epoch, ".0f"),
        cells(mean.norm_dW, ".1f"),
        cells(mean.shuffle_loss_ratio, ".2f"),
    ]
    return f"| {' | '.join(parts)} |"


def test_the_table_has_the_numbers_of_each_task():
    tasks = read_yaml(ROOT / "field.yaml")["nonlinear"]["networks"]
    assert set(tasks) == set(MEANS.index)
    for name in tasks:
        assert row(name) in PAGE, row(name)
    assert f"[{len(tasks)} tasks of neurogym]" in (ROOT / "README.md").read_text()


def test_the_sentences_say_what_the_table_has():
    epochs, norms = MEANS.convergence_epoch, MEANS.norm_dW
    for table in (epochs, norms):
        steps = table.diff(axis=1).iloc[:, 1:]
        assert ((steps < 0) | steps.isna()).all(axis=None)
    faster, smaller = ((table[0.9] / table[0.0]).dropna() for table in (epochs, norms))
    ranks, shuffled = MEANS.functional_rank, MEANS.shuffle_loss_ratio
    dimension = NETWORKS.groupby("experiment").target_dimension.first()
    correlation = ranks[0.0].corr(dimension, method="spearman")
    outputs = NETWORKS.groupby("experiment").n_outputs.first()
    text = " ".join(PAGE.split())
    for sentence in (
        f"{NETWORKS.settled.sum()} of {len(NETWORKS)} networks settled",
        f"between {ranks.min(axis=None):.1f} and {ranks.max(axis=None):.1f}",
        f"{faster.min():.2f} to {faster.max():.2f} of the epochs",
        f"{smaller.min():.2f} to {smaller.max():.2f} of the norm",
        f"{shuffled[0.9].min():.2f} to {shuffled[0.9].max():.2f} of the initial loss",
        f"{shuffled[0.6].min():.2f} to {shuffled[0.6].max():.2f} at g = 0.6",
        f"rank correlation of {correlation:.2f}",
        f"for {(ranks[0.0] > outputs).sum()} of {ranks[0.0].notna().sum()} tasks",
    ):
        assert sentence in text, sentence
