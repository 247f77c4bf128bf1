"""The scripts of the rules, without Snakemake: imported, and some of them run."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from interplay.nonlinear.archived import read_archived
from interplay.storage.tables import concatenate, read_table, write_table

SCRIPTS = Path(__file__).parents[2] / "workflow/scripts"
NAMES = sorted(file.stem for file in SCRIPTS.glob("*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_a_script_is_imported_without_snakemake(name):
    module = import_module(name)
    own = [
        value
        for value in vars(module).values()
        if callable(value) and getattr(value, "__module__", None) == name
    ]
    assert own, "a script has a function of its own, which a test can call"


class Names(dict):
    """Values by name, as Snakemake gives inputs, outputs and parameters."""

    __getattr__ = dict.__getitem__


class Job:
    """One job as a script sees it."""

    threads = 1
    resources = Names()

    def __init__(self, wildcards, params, output, **inputs):
        self.wildcards, self.params = Names(wildcards), Names(params)
        self.input, self.output = Names(inputs), Names(output)


def files(folder, *names):
    return {Path(name).stem: str(folder / name) for name in names}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Train two small networks of one experiment; return the files of both."""
    folder = tmp_path_factory.mktemp("romo")
    experiment = {
        "task": "romo", "dt": 0.5, "options": {}, "N": 16, "epochs": 60, "batch": 4,
        "learning_rate": 0.05, "optimiser": "adam", "eps": 1e-8, "amsgrad": False,
        "trained": ["W", "B", "C"],
    }  # fmt: skip
    parts = {"network": [], "loss": [], "record": []}
    for seed in (0, 1):
        names = ("network.safetensors", "loss.parquet", "record.json")
        output = files(folder / f"g0.9/seed{seed}", *names)
        wildcards = {"experiment": "romo", "g": "0.9", "seed": str(seed)}
        params = {"experiment": experiment, "code": "0"}
        import_module("train_network").main(Job(wildcards, params, output))
        for part, path in output.items():
            parts[part].append(path)
    return folder, parts


def test_networks_are_trained_measured_archived_and_compressed(trained):
    folder, parts = trained
    assert not list(folder.rglob("checkpoint*"))
    settings = {"threshold": 0.05, "test_trials": 16, "largest_rank": 16, "rank": 3}
    measured = {
        "functional_rank": ("truncation.csv", "functional_rank.csv"),
        "shuffle_loss": ("shuffle_loss.csv",),
        "compress_networks": ("compression.csv",),
    }
    for script, names in measured.items():
        job = Job({"experiment": "romo"}, settings, files(folder, *names), **parts)
        import_module(script).main(job)
    compression = read_table(folder / "compression.csv")
    sizes = [Path(path).stat().st_size for path in parts["network"]]
    assert compression.whole_bytes.tolist() == sizes
    truncation = read_table(folder / "truncation.csv")
    expected = truncation[truncation["rank"] == 3].loss
    np.testing.assert_allclose(compression.loss, expected, rtol=1e-4)

    final = read_table(folder / "shuffle_loss.csv")
    measured = {"initial_loss": 0.1, "convergence_epoch": 5, "functional_rank": [2, None]}
    write_table(final.assign(**measured), folder / "networks.csv")
    output = {"networks": folder / "romo.safetensors", "table": folder / "romo.csv"}
    inputs = {**parts, "measured": folder / "networks.csv"}
    archive = Job({"experiment": "romo"}, settings, output, **inputs)
    import_module("archive_networks").main(archive)
    table = read_table(folder / "romo.csv")
    assert table["rank"].iloc[0] == 2 and np.isnan(table["rank"].iloc[1])
    archived = read_archived(folder / "romo.safetensors").values()
    assert [network.rebuild().rank for network in archived] == [2, None]


def test_linear_networks_are_trained_truncated_and_run(tmp_path):
    names = ("network.safetensors", "measurements.csv", "curves.parquet", "record.json")
    shared = {
        "N": 16, "dt": 0.5, "trial": {"duration": 20.0, "onset": 1.0, "window": 2.0},
        "threshold": 0.05, "epochs": 30, "code": "0", "seeds": [0], "zhat": [0.5, 2],
        "targets": [{"zhat": z, "learning_rate": 0.01} for z in (0.5, 2.0)],
    }  # fmt: skip
    run = {"g": "0.6", "seed": "0"}
    output = files(tmp_path, *names)
    import_module("train_linear").main(Job(run, shared, output))
    truncation = files(tmp_path, "truncation.csv")
    truncated = Job(run, shared, truncation, networks=[output["network"]])
    import_module("truncate_linear").main(truncated)
    losses = read_table(truncation["truncation"]).pivot(
        index="zhat", columns="rank", values="loss"
    )
    trained = read_table(output["measurements"]).set_index("zhat")
    np.testing.assert_allclose(losses[0], trained.initial_loss, rtol=1e-6)
    np.testing.assert_allclose(losses[3], trained.final_loss, rtol=0.05)

    trials = files(tmp_path, "trials.parquet")
    import_module("linear_trial").main(
        Job(run, shared, trials, network=output["network"])
    )
    shown = read_table(trials["trials"])
    assert set(shown.zhat) == {0.5, 2.0}
    assert set(shown.kind) == {"input", "output"}


def test_an_empty_table_does_not_change_the_dtypes_of_others():
    whole = pd.DataFrame({"rank": range(2)})
    empty = pd.DataFrame(columns=["rank"])
    assert concatenate([empty, whole]).dtypes.equals(whole.dtypes)
    assert concatenate([empty]).columns.tolist() == ["rank"]
