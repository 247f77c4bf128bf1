"""The rows that `explain` shows for a claim are those that its number was computed from."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from interplay.claims.statement import read_claims
from interplay.claims.verdict import judge, measure
from interplay.provenance.graph import Graph
from interplay.provenance.subjects import claim_subject

ROOT = Path(__file__).parents[2]
ARCHIVE = Path("paper/results")
OF_NETWORKS = ["nonlinear", "scaling", "training", "rate", "flipflops"]


def check_claims(graph, tables=None):
    """Measure claims.csv again, or its rows on some tables, in the rows that explain it."""
    schema = yaml.safe_load((ROOT / "workflow/schemas/claims.schema.yaml").read_text())
    claims = {one.id: one for one in read_claims(ROOT / "paper/claims.yaml", schema)}
    path = f"{graph.results}/tables/claims.csv"
    table = graph.table(path)
    assert set(table.id) <= set(claims)
    chosen = table[(table.parts > 0) & (table.tables.isin(tables or table.tables))]
    assert len(chosen) > 10
    for _, row in chosen.iterrows():
        # The rows alone, without what the claim would select.
        claim = replace(claims[row.id], rows="", known="")
        (name,) = claim.tables
        rows = claim_subject(row, path, graph).rows
        again = judge(claim, measure(claim, {name: rows}))
        for column in ("measured", "spread"):
            np.testing.assert_allclose(
                again[column], row[column], 1e-9, 1e-15, err_msg=f"{row.id}: {column}"
            )
        assert (again["part"], again["seeds"]) == (row.part, row.seeds), row.id


@pytest.mark.parametrize(
    "tables", [OF_NETWORKS, pytest.param(None, marks=pytest.mark.slow)]
)
def test_the_claims_of_the_full_run(tables):
    check_claims(Graph.read(ARCHIVE, ROOT), tables)


@pytest.mark.slow
def test_the_claims_of_the_whole_workflow(reproduction):
    check_claims(Graph.read(Path("results/preview"), reproduction.folder))
