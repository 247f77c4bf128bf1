"""The scripts that make tables of tables, run on files without Snakemake."""

from pathlib import Path

import pandas as pd
import pytest
from evaluate_claims import evaluate_claims
from gather_tables import gather_tables
from summarise_networks import summarise_networks

from interplay.storage.tables import read_table, write_table
from interplay.tables.networks import DECISIONS, NETWORK
from tests.figures import tables

ROOT = Path(__file__).parents[2]
NETWORKS = tables.nonlinear(["romo"]).assign(learned=True, learned_epoch=20, device="cpu")

CLAIM = """
claims:
  - id: ranks-are-low
    where: Fig. 2
    claim: Ranks are low.
    kind: interval
    quantity: value
    options: { column: counted_rank }
    tables: [nonlinear]
    known: solved
    each: [task, g]
    expected: { at_most: 2 }
"""


def test_the_parts_of_a_table_are_gathered_without_the_dtypes_of_empty_ones(tmp_path):
    parts = [tmp_path / f"{number}.csv" for number in range(2)]
    for part, rows in zip(parts, (NETWORKS.head(0), NETWORKS), strict=True):
        write_table(rows, part)
    gather_tables({"networks": parts}, {"networks": tmp_path / "all.csv"})
    pd.testing.assert_frame_equal(
        read_table(tmp_path / "all.csv"), NETWORKS, check_like=True
    )


def test_networks_are_summarised(tmp_path):
    ranks = [*NETWORK, "functional_rank"]
    files = [tmp_path / "convergence.csv", tmp_path / "functional_rank.csv"]
    for file, columns in zip(
        files,
        (NETWORKS.columns.drop([*DECISIONS, "functional_rank"]), ranks),
        strict=True,
    ):
        write_table(NETWORKS[columns], file)
    summarise_networks(files, tmp_path / "networks.csv", largest_rank=25)
    summary = read_table(tmp_path / "networks.csv")
    pd.testing.assert_frame_equal(summary[NETWORKS.columns], NETWORKS)


@pytest.fixture
def files(tmp_path):
    """Return the inputs of `evaluate_claims`, with one claim."""
    schema = tmp_path / "schema.yaml"
    schema.write_text("{}")
    (tmp_path / "claims.yaml").write_text(CLAIM)
    (tmp_path / "explanations.yaml").write_text("explanations: []")
    write_table(NETWORKS, tmp_path / "nonlinear.csv")
    return {
        "claims": tmp_path / "claims.yaml",
        "schema": schema,
        "explanations": tmp_path / "explanations.yaml",
        "explanation_schema": schema,
        "nonlinear": tmp_path / "nonlinear.csv",
    }


def test_claims_are_evaluated_in_each_reading(files, tmp_path):
    output = {n: tmp_path / f"{n}.csv" for n in ("claims", "measured", "explanations")}
    readings = {"identified": {"romo": "romo"}, "stated": {"romo": "another"}
    evaluate_claims(files, output, readings)
    claims = read_table(output["claims"])
    assert claims.reading.tolist() == ["identified", "stated"]
    assert claims.verdict.tolist() == ["holds partly", "not tested"]
    measured = read_table(output["measured"])
    assert measured.columns.tolist() == ["id", "reading", "part", "seed", "value"]
    assert sorted(measured.value.unique()) == [2, 3]
