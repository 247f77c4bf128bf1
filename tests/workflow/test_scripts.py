"""The scripts of the rules, without Snakemake: imported, and some of them run."""

import json
from importlib import import_module
from inspect import signature
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from interplay.kernels.denormals import denormals_flushed
from interplay.lowrank.truncation import truncations
from interplay.nonlinear.archived import read_archived
from interplay.nonlinear.trained import read_network
from interplay.storage.hashes import file_hash
from interplay.storage.tables import read_table, write_table
from interplay.tables.networks import COLUMNS, DECISIONS, NETWORK
from tests.figures import tables

SCRIPTS = Path(__file__).parents[2] / "workflow/scripts"
SHARED = {"job", "networks", "slurm_internals", "snakemake_internals"}
NAMES = sorted({file.stem for file in SCRIPTS.glob("*.py")} - SHARED)

NETWORKS = tables.nonlinear(["romo"]).assign(device="cpu")
NETWORKS = NETWORKS[COLUMNS]

CLAIM = {
    "id": "ranks-are-low", "where": "Fig. 2", "claim": "Ranks are low.",
    "kind": "interval", "quantity": "value", "options": {"column": "counted_rank"},
    "tables": ["nonlinear"], "each": ["task", "g"], "expected": {"at_most": 2},
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_script_is_imported_without_snakemake(name):
    assert callable(import_module(name).main), "a function that a test can call"


class Names(dict):
    """Values by name, as Snakemake gives inputs, outputs and parameters."""

    __getattr__ = dict.__getitem__

    def __iter__(self):
        return iter(self.values())


def run(script, wildcards, params, output, config=None, **inputs):
    """Run a script's function on the parts of a job that it names; return what it says."""
    parts = {"wildcards": wildcards, "params": params, "output": output, "input": inputs}
    parts = {name: Names(part) for name, part in parts.items()}
    parts |= {"threads": 1, "config": config or {}, "resources": Names(keep_checkpoint=0)}
    main = import_module(script).main
    # Some scripts flush denormal numbers, which would spoil the tests after them.
    with denormals_flushed():
        return main(**{name: parts[name] for name in signature(main).parameters})


def files(folder, *names):
    return {Path(name).stem: str(folder / name) for name in names}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Train two small networks of one experiment; return the files of both."""
    folder = tmp_path_factory.mktemp("romo")
    experiment = {
        "task": "romo", "dt": 0.5, "options": {}, "N": 16, "epochs": 60, "batch": 4,
        "learning_rate": 0.05, "optimiser": "adam", "eps": 1e-8, "amsgrad": False,
        "beta2": 0.999, "clip": None, "trained": ["W", "B", "C"],
    }  # fmt: skip
    parts = {"network": [], "loss": [], "record": []}
    for seed in (0, 1):
        names = ("network.safetensors", "loss.parquet", "record.json")
        output = files(folder / f"g0.9/seed{seed}", *names)
        wildcards = {"experiment": "romo", "g": "0.9", "seed": str(seed)}
        params = {"experiment": experiment, "code": "0"}
        run("train_network", wildcards, params, output)
        for part, path in output.items():
            parts[part].append(path)
    return folder, parts


def test_each_network_runs_the_example_trial_of_the_first(trained, tmp_path):
    _, parts = trained
    output = {"trials": str(tmp_path / "trials.parquet")}
    run("example_trials", {"experiment": "romo"}, {}, output, **parts)
    trials = read_table(output["trials"])
    shown, outputs = (
        [rows.reset_index(drop=True) for _, rows in trials.query(query).groupby("seed")]
        for query in ("kind != 'output'", "kind == 'output'")
    )
    pd.testing.assert_frame_equal(*(rows.drop(columns="seed") for rows in shown))
    assert set(trials.kind) == {"input", "output", "target", "phase"}
    assert abs(outputs[0].value - outputs[1].value).max() > 1e-3


def test_networks_are_trained_measured_archived_and_compressed(trained):
    folder, parts = trained
    assert not list(folder.rglob("checkpoint*"))
    settings = {
        "threshold": 0.05, "test_trials": 16, "rank_trials": 8, "shuffles": 2,
        "largest_rank": 16, "rank": 3,
    }  # fmt: skip
    measured = {
        "functional_rank": ("truncation.csv", "functional_rank.csv"),
        "shuffle_loss": ("shuffle_loss.csv",),
        "compress_networks": ("compression.csv",),
    }
    for script, names in measured.items():
        run(script, {"experiment": "romo"}, settings, files(folder, *names), **parts)
    compression = read_table(folder / "compression.csv")
    sizes = [Path(path).stat().st_size for path in parts["network"]]
    assert compression.whole_bytes.tolist() == sizes
    for loss, one in zip(
        compression.loss, zip(*parts.values(), strict=True), strict=True
    ):
        network = read_network(*one)
        (dW,) = truncations(network.dW, [3])
        assert loss == pytest.approx(*network.losses_with([network.W0 + dW], 16), 1e-4)

    final = read_table(folder / "shuffle_loss.csv")
    measured = {"initial_loss": 0.1, "convergence_epoch": 5, "functional_rank": [2, None]}
    write_table(final.assign(**measured), folder / "networks.csv")
    output = {"networks": folder / "romo.safetensors", "table": folder / "romo.csv"}
    inputs = {**parts, "measured": folder / "networks.csv"}
    run("archive_networks", {}, settings, output, **inputs)
    table = read_table(folder / "romo.csv")
    assert table["rank"].iloc[0] == 2 and np.isnan(table["rank"].iloc[1])
    archived = read_archived(folder / "romo.safetensors").values()
    assert [network.rebuild().rank for network in archived] == [2, None]


def test_directions_are_measured_of_the_networks_that_settled(trained, tmp_path):
    _, parts = trained
    settled = {
        "experiment": ["one", "two"],
        "g": [0.9, 0.9],
        "seed": [0, 1],
        "functional_rank": [2, None],
    }
    measured = str(tmp_path / "networks.csv")
    write_table(pd.DataFrame(settled).assign(settled=[True, False]), measured)
    settings = {"powers": 2, "permutations": 2, "gains": [1, 3], "test_trials": 16}
    settings["experiments"] = {"one": 1, "two": 1}
    output = files(tmp_path, "directions.parquet", "gain.csv")
    inputs = {**parts, "measured": [measured]}
    run("measure_directions", {}, settings, output, **inputs)
    directions, gain = map(read_table, output.values())
    assert len(directions) == 2 * 3 * 3 * 3 and len(gain) == 2 * 2
    for table in (directions, gain):
        assert table.experiment.eq("one").all() and table.seed.eq(0).all()
    write_table(pd.DataFrame(settled).assign(settled=False), measured)
    run("measure_directions", {}, settings, output, **inputs)
    empty = read_table(output["gain"])
    assert empty.columns.tolist() == gain.columns.tolist() and empty.empty


def test_linear_networks_are_trained_truncated_and_run(tmp_path):
    names = (
        "network.safetensors", "measurements.csv", "directions.csv", "curves.parquet",
        "record.json",
    )  # fmt: skip
    shared = {
        "N": 16, "dt": 0.5, "trial": {"duration": 20.0, "onset": 1.0, "window": 2.0},
        "threshold": 0.05, "epochs": 30, "code": "0", "seeds": [0], "zhat": [0.5, 2],
        "shuffles": 2,
        "targets": [{"zhat": z, "learning_rate": 0.01} for z in (0.5, 2.0)],
    }  # fmt: skip
    wildcards = {"g": "0.6", "seed": "0"}
    output = files(tmp_path, *names)
    run("train_linear", wildcards, shared, output)
    truncation = files(tmp_path, "truncation.csv")
    networks = [output["network"]]
    run("truncate_linear", wildcards, shared, truncation, networks=networks)
    losses = read_table(truncation["truncation"]).pivot(
        index="zhat", columns="rank", values="loss"
    )
    trained = read_table(output["measurements"]).set_index("zhat")
    np.testing.assert_allclose(losses[0], trained.initial_loss, rtol=1e-6)
    np.testing.assert_allclose(losses[3], trained.final_loss, rtol=0.05)

    trials = files(tmp_path, "trials.parquet")
    run("linear_trial", wildcards, shared, trials, network=output["network"])
    shown = read_table(trials["trials"])
    assert set(shown.zhat) == {0.5, 2.0}
    assert set(shown.kind) == {"input", "output"}


def written(folder, **parts):
    """Write tables as CSV; return their paths by name."""
    paths = {name: folder / f"{name}.csv" for name in parts}
    for name, part in parts.items():
        write_table(part, paths[name])
    return paths


def test_a_part_without_rows_leaves_the_dtypes_of_a_table(tmp_path):
    output = {"networks": tmp_path / "all.csv", "none": tmp_path / "none.csv"}
    empty, full = written(tmp_path, empty=NETWORKS.head(0), full=NETWORKS).values()
    run("gather_tables", {}, {}, output, networks=[empty, full], none=[empty])
    pd.testing.assert_frame_equal(read_table(output["networks"]), NETWORKS)
    assert read_table(output["none"]).columns.tolist() == COLUMNS


def test_measurements_become_one_row_per_network(tmp_path):
    ranks = NETWORKS[[*NETWORK, "functional_rank"]].iloc[::-1]
    others = NETWORKS.drop(columns=[*DECISIONS, "functional_rank"])
    output = {"networks": tmp_path / "networks.csv"}
    parts = written(tmp_path, convergence=others, ranks=ranks)
    run("summarise_networks", {}, {"largest_rank": 25}, output, **parts)
    pd.testing.assert_frame_equal(read_table(output["networks"]), NETWORKS)


@pytest.mark.parametrize(
    "source", ["made by a seeded grammar", "downloaded", "a local copy"]
)
def test_the_table_of_data_names_the_file_of_vectors(tmp_path, source):
    splits = {"train": 40, "dev": 10, "test": 10}
    made = files(tmp_path, *(f"{split}.txt" for split in splits), "vectors.txt")
    run("write_synthetic_treebank", {}, {"trees": splits, "dimension": 5}, made)
    # A file that lacks a word.
    path, trees = Path(made["vectors"]), {split: made[split] for split in splits}
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))
    names = *(f"{split}.parquet" for split in splits), "vectors.parquet"
    output = files(tmp_path, *names) | {"file": str(tmp_path / "vectors.json")}
    is_local, is_made = source == "a local copy", source.startswith("made")
    params = {"dimension": 5, "file": "", "vectors_sha256": "" if is_made else "a" * 64}
    config = {"sentiment": {"vectors": {"urls": ["http://host/glove.zip"]}}}
    config |= {"glove": str(path)} if is_local else {}
    vectors = [] if is_local else str(path)
    said = run("prepare_sentences", {}, params, output, config, vectors=vectors, **trees)[
        "vectors"
    ]
    assert said["source"] == source
    assert said["file"] == ("glove.zip" if source == "downloaded" else "vectors.txt")
    assert said["sha256"] == (file_hash(path) if is_made else "a" * 64)
    assert said["vectors"] == len(path.read_text().splitlines())

    prepared = {name: output[name] for name in (*splits, "vectors")}
    prepared |= {f"{split}_trees": trees[split] for split in splits}
    facts = {"facts": str(tmp_path / "facts.csv")}
    parameters = {"treebank": "synthetic treebank"}
    run("count_sentences", {}, parameters, facts, vectors_file=output["file"], **prepared)
    train = read_table(facts["facts"]).iloc[0]
    for column in ("types", "types_without_vector", "tokens", "tokens_without_vector"):
        assert train[column] == said[column]
    assert said["types_without_vector"] > 0
    assert train.vectors_file == said["file"]
    assert train.vectors_sha256 == said["sha256"]
    assert train.vectors_in_file == said["vectors"]


def test_claims_are_evaluated_in_each_reading(tmp_path):
    stated = {"claims": {"claims": [CLAIM]}, "explanations": {"explanations": []}}
    inputs = written(tmp_path, nonlinear=NETWORKS)
    for name in ("schema", "explanation_schema", *stated):
        inputs[name] = tmp_path / f"{name}.yaml"
        inputs[name].write_text(json.dumps(stated.get(name, {})))
    inputs["published"] = Path(__file__).parents[2] / "paper/published.csv"
    names = ("claims", "measured", "agreement", "explanations")
    output = {name: tmp_path / f"{name}.csv" for name in names}
    readings = {"identified": {"romo": "romo"}, "stated": {"romo": "another"}}
    run("evaluate_claims", {}, {"readings": readings}, output, **inputs)
    claims = read_table(output["claims"])
    assert claims.reading.tolist() == ["identified", "stated"]
    assert claims.verdict.tolist() == ["holds partly", "not tested"]
    assert sorted(read_table(output["measured"]).value.unique()) == [2, 3]
    compared = read_table(output["agreement"])
    assert set(compared.reading) == {"identified"}
    assert claims.agreement[1] == "no published value"
