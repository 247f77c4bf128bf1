"""Archived networks: a file of them reproduces the truncated networks and their losses."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import interplay
from interplay.lowrank.spectrum import singular_values
from interplay.lowrank.truncation import truncations
from interplay.nonlinear.archived import (
    archive_network,
    archive_table,
    read_archived,
    write_archived,
)
from interplay.runs.records import fingerprint
from interplay.storage.arrays import write_arrays
from interplay.storage.errors import InputError
from interplay.storage.tables import read_table

N, TRIALS = 24, 16


@pytest.fixture(scope="module")
def trained():
    options = {"N": N, "epochs": 60, "batch": 4, "learning_rate": 0.05}
    return interplay.train("romo", 0.9, 3, **options)


def measured(trained, functional_rank, **changed):
    """Return a row of networks.csv."""
    return {
        "g": 0.9, "seed": 3, "experiment": "mine", "task": "romo",
        "initial_loss": trained.initial_loss, "final_loss": 0.01,
        "convergence_epoch": np.nan, "functional_rank": functional_rank, **changed,
    }  # fmt: skip


def archived_at(trained, functional_rank):
    record = {
        "run": asdict(trained.run),
        "task": {"dt": 0.5},
        "W0_sha256": fingerprint(trained.W0),
        "epochs": 60,
        "diverged": False,
    }
    return archive_network(trained, record, measured(trained, functional_rank), TRIALS)


@pytest.mark.parametrize(
    ("functional_rank", "rank"), [(0, 0), (1, 1), (7, 7), (N, N), (np.nan, None)]
)
def test_a_file_reproduces_the_truncated_network(
    trained, functional_rank, rank, tmp_path
):
    path = tmp_path / "mine.safetensors"
    write_archived([archived_at(trained, functional_rank)], path)
    (archived,) = read_archived(path).values()
    network = archived.rebuild()
    assert network.rank == archived.about["rank"] == rank
    needed = N if rank is None else rank
    np.testing.assert_array_equal(network.W0, trained.W0)
    np.testing.assert_array_equal(network.network.B, trained.network.B)
    np.testing.assert_array_equal(network.network.C, trained.network.C)
    (expected,) = truncations(trained.dW, [needed])
    np.testing.assert_allclose(network.dW, expected, atol=1e-6)
    assert (singular_values(network.dW)[needed:] < 1e-5).all()
    (loss,) = trained.losses_with([trained.W0 + expected], TRIALS)
    assert archived.about["loss"] == pytest.approx(loss, rel=1e-4)
    assert network.losses_with([network.network.W], TRIALS) == [archived.about["loss"]]


def test_an_archived_network_has_no_losses_and_says_its_rank(trained):
    network = archived_at(trained, 2).rebuild()
    assert network.losses.size == 0
    assert network.initial_loss == trained.initial_loss == trained.losses[0]
    assert "dW of rank 2" in repr(network)
    assert "dW whole" in repr(trained)
    assert network.test_trials(3)[0].shape == trained.test_trials(3)[0].shape


def test_the_same_networks_make_the_same_bytes(trained, tmp_path):
    networks = [archived_at(trained, rank) for rank in (2, 3)]
    networks[1].about["run"]["seed"] = 4
    files = [tmp_path / f"{i}.safetensors" for i in range(8)]
    for file in files:
        write_archived(networks, file)
    assert len({file.read_bytes() for file in files}) == 1
    assert list(read_archived(files[0])) == ["g0.9/seed3", "g0.9/seed4"]


def test_another_w0_is_refused(trained):
    archived = archived_at(trained, 2)
    other = replace(archived, about={**archived.about, "W0_sha256": "0" * 64})
    with pytest.raises(InputError, match=r"W0 of romo, g = 0\.9, seed 3: expected sha"):
        other.rebuild()


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "a.safetensors"
    for content in ({}, {"run": "{}"}, {"networks": "{}"}):
        write_arrays({"a": np.zeros(2)}, path, content)
        with pytest.raises(InputError, match="expected archived networks, found other"):
            read_archived(path)
    for content in (b"", b"no", path.read_bytes()[:-1]):
        path.write_bytes(content)
        with pytest.raises(InputError, match="expected archived networks, found damage"):
            read_archived(path)


@pytest.mark.parametrize("whole", [False, True])
def test_the_layout_of_version_0_2_is_read(trained, whole, tmp_path):
    archived = archived_at(trained, np.nan if whole else 2)
    earlier = {
        f"{archived.name}/{name.removesuffix('/W').removeprefix('whole/')}": array
        for name, array in archived.factored.parts.items()
    }
    parts = {"dW"} if whole else {"left", "right"}
    assert {name.rpartition("/")[2] for name in earlier} == {"B", "C"} | parts
    about = json.dumps({archived.name: archived.about})
    write_arrays(earlier, tmp_path / "mine.safetensors", {"networks": about})
    (read,) = read_archived(tmp_path / "mine.safetensors").values()
    assert read.about == json.loads(about)[archived.name]
    assert read.factored.parts.keys() == archived.factored.parts.keys()
    for name, array in archived.factored.parts.items():
        np.testing.assert_array_equal(read.factored.parts[name], array)


def test_the_table_shows_networks_that_diverged(trained):
    rows = [measured(trained, 2), measured(trained, np.nan, seed=4, final_loss=np.nan)]
    table = archive_table([archived_at(trained, 2)], pd.DataFrame(rows))
    assert table["rank"].tolist() == [2, pd.NA]
    assert table.loc[0, "bytes"] == 4 * N * (2 * 2 + 1 + 2)
    assert table.loc[1, ["loss", "bytes"]].isna().all()


@pytest.mark.slow
def test_the_workflow_archives_the_networks_of_the_readings(reproduction):
    folder = reproduction.results / "networks"
    experiments = {"flipflop", "mante", "romo", "flipflop_stated", "lstm"}
    assert {path.stem for path in folder.iterdir()} == experiments
    archived = read_archived(folder / "mante.safetensors")
    table = read_table(folder / "mante.csv")
    assert len(table) == len(archived) == 2
    for row in table.itertuples():
        about = archived[f"g{row.g}/seed{row.seed}"].about
        assert about["loss"] == pytest.approx(row.loss)
        assert about["functional_rank"] == row.functional_rank or pd.isna(about["rank"])


TABLES = sorted((Path(__file__).parents[2] / "paper/results/networks").glob("*.csv"))


@pytest.mark.slow
@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_the_archived_networks_have_the_losses_that_their_table_states(path):
    table = read_table(path)
    archived = read_archived(path.with_suffix(".safetensors"))
    assert len(archived) == table["loss"].count()
    whole = table["rank"].isna() & table["loss"].notna()
    for row in [
        *table[table["rank"].notna()][:: len(table) // 3].itertuples(),
        *table[whole].itertuples(),
    ]:
        network = archived[f"g{row.g}/seed{row.seed}"].rebuild()
        (loss,) = network.losses_with([network.network.W], 512)
        assert loss == pytest.approx(row.loss, rel=1e-3)
        if np.isnan(row.functional_rank):
            assert network.rank is None
            assert loss == pytest.approx(row.final_loss, rel=1e-3)
        else:
            # These trials need not be those that chose the rank.
            assert loss < 0.0625 * row.initial_loss
