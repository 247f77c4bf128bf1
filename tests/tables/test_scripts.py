"""The scripts that make tables of tables, run on files without Snakemake."""

import json

import pandas as pd
from evaluate_claims import evaluate_claims
from gather_tables import gather_tables
from summarise_networks import summarise_networks

from interplay.storage.tables import read_table, write_table
from interplay.tables.networks import COLUMNS, DECISIONS, NETWORK
from tests.figures import tables

NETWORKS = tables.nonlinear(["romo"]).assign(learned=True, learned_epoch=20, device="cpu")
NETWORKS = NETWORKS[COLUMNS]

CLAIM = {
    "id": "ranks-are-low", "where": "Fig. 2", "claim": "Ranks are low.",
    "kind": "interval", "quantity": "value", "options": {"column": "counted_rank"},
    "tables": ["nonlinear"], "each": ["task", "g"], "expected": {"at_most": 2},
}  # fmt: skip


def written(folder, **parts):
    """Write tables as CSV; return their paths by name."""
    paths = {name: folder / f"{name}.csv" for name in parts}
    for name, part in parts.items():
        write_table(part, paths[name])
    return paths


def test_a_part_without_rows_leaves_the_dtypes_of_a_table(tmp_path):
    parts = written(tmp_path, empty=NETWORKS.head(0), full=NETWORKS)
    gather_tables({"networks": parts.values()}, {"networks": tmp_path / "all.csv"})
    pd.testing.assert_frame_equal(read_table(tmp_path / "all.csv"), NETWORKS)


def test_measurements_become_one_row_per_network(tmp_path):
    ranks = NETWORKS[[*NETWORK, "functional_rank"]]
    others = NETWORKS.drop(columns=[*DECISIONS, "functional_rank"])
    files = written(tmp_path, convergence=others, ranks=ranks.iloc[::-1])
    summarise_networks(files.values(), tmp_path / "networks.csv", largest_rank=25)
    pd.testing.assert_frame_equal(read_table(tmp_path / "networks.csv"), NETWORKS)


def test_claims_are_evaluated_in_each_reading(tmp_path):
    stated = {"claims": {"claims": [CLAIM]}, "explanations": {"explanations": []}}
    files = written(tmp_path, nonlinear=NETWORKS)
    for name in ("schema", "explanation_schema", *stated):
        files[name] = tmp_path / f"{name}.yaml"
        files[name].write_text(json.dumps(stated.get(name, {})))
    output = {n: tmp_path / f"{n}.csv" for n in ("claims", "measured", "explanations")}
    readings = {"identified": {"romo": "romo"}, "stated": {"romo": "another"}}
    evaluate_claims(files, output, readings)
    claims = read_table(output["claims"])
    assert claims.reading.tolist() == ["identified", "stated"]
    assert claims.verdict.tolist() == ["holds partly", "not tested"]
    assert sorted(read_table(output["measured"]).value.unique()) == [2, 3]
