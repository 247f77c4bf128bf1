"""Kept networks: what a file of them reproduces, and where `load` finds a network."""

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import interplay
from interplay.configuration.files import read_yaml
from interplay.lowrank.spectrum import singular_values
from interplay.lowrank.truncation import truncations
from interplay.nonlinear import finding
from interplay.nonlinear.kept import (
    keep,
    kept_table,
    read_kept,
    rebuilt,
    write_kept,
)
from interplay.nonlinear.measurements.truncation import truncation_losses
from interplay.nonlinear.saving import save_network
from interplay.nonlinear.trained import TrainedNetwork
from interplay.nonlinear.training import Run, initial_state, train
from interplay.runs.records import fingerprint
from interplay.storage.arrays import write_arrays
from interplay.storage.errors import InputError
from interplay.storage.tables import read_table, write_table
from interplay.tasks import make_task

N, TRIALS = 24, 16
TASK = make_task("romo", 0.5)
RUN = Run("romo", 0.9, 3, n=N, epochs=60, batch=4, learning_rate=0.05 / N)
ABOUT = {"task": {"dt": 0.5}, "machine": {"device": "cpu"}}


@pytest.fixture(scope="module")
def state():
    return train(RUN, TASK, initial_state(RUN, TASK))


@pytest.fixture(scope="module")
def trained(state):
    return TrainedNetwork.of(RUN, TASK, state)


def measured(trained, functional_rank):
    """Return a row of networks.csv."""
    row = {"g": RUN.g, "seed": RUN.seed, "experiment": "mine", "task": "romo"}
    losses = {"initial_loss": trained.initial_loss, "final_loss": 0.01}
    ranks = {"convergence_epoch": np.nan, "functional_rank": functional_rank}
    return {**row, **losses, **ranks}


def kept_at(trained, functional_rank):
    record = {
        "run": asdict(RUN),
        "W0_sha256": fingerprint(trained.W0),
        "epochs": RUN.epochs,
        "diverged": False,
        **ABOUT,
    }
    row = measured(trained, functional_rank)
    return keep(trained, record, row, TRIALS)


@pytest.mark.parametrize(
    ("functional_rank", "rank"), [(0, 0), (1, 1), (7, 7), (N, N), (np.nan, None)]
)
def test_a_file_reproduces_the_truncated_network(
    trained, functional_rank, rank, tmp_path
):
    path = tmp_path / "mine.safetensors"
    write_kept([kept_at(trained, functional_rank)], path)
    (kept,) = read_kept(path).values()
    network = rebuilt(kept)
    assert network.rank == kept.about["rank"] == rank
    needed = N if rank is None else rank
    np.testing.assert_array_equal(network.W0, trained.W0)
    np.testing.assert_array_equal(network.network.B, trained.network.B)
    np.testing.assert_array_equal(network.network.C, trained.network.C)
    (expected,) = truncations(trained.dW, [needed])
    np.testing.assert_allclose(network.dW, expected, atol=1e-6)
    assert (singular_values(network.dW)[needed:] < 1e-5).all()
    of_ranks = truncation_losses(trained, TRIALS, N).loss
    assert kept.about["loss"] == pytest.approx(of_ranks[needed], rel=1e-4)
    assert network.losses_with([network.network.W], TRIALS) == [kept.about["loss"]]


def test_a_kept_network_says_what_it_has_not(trained):
    network = rebuilt(kept_at(trained, 2))
    assert network.losses.size == 0
    assert network.initial_loss == trained.initial_loss == trained.losses[0]
    assert "dW of rank 2" in repr(network)
    assert "dW whole" in repr(trained)
    assert network.test_trials(3)[0].shape == trained.test_trials(3)[0].shape


def test_the_same_networks_make_the_same_bytes(trained, tmp_path):
    networks = [kept_at(trained, rank) for rank in (2, 3)]
    networks[1].about["run"]["seed"] = 4
    files = [tmp_path / f"{i}.safetensors" for i in range(8)]
    for file in files:
        write_kept(networks, file)
    assert len({file.read_bytes() for file in files}) == 1
    assert list(read_kept(files[0])) == ["g0.9/seed3", "g0.9/seed4"]


def test_another_w0_is_refused(trained):
    kept = kept_at(trained, 2)
    other = replace(kept, about={**kept.about, "W0_sha256": "0" * 64})
    with pytest.raises(InputError, match=r"W0 of romo, g = 0\.9, seed 3: expected sha"):
        rebuilt(other)


def test_another_file_is_refused(tmp_path):
    write_arrays({"a": np.zeros(2)}, tmp_path / "a.safetensors")
    with pytest.raises(InputError, match="expected kept networks, found other arrays"):
        read_kept(tmp_path / "a.safetensors")


def test_the_table_shows_networks_that_diverged(trained):
    diverged = {"seed": 4, "initial_loss": 0.1, "final_loss": np.nan}
    rows = [measured(trained, 2), {**measured(trained, np.nan), **diverged}]
    table = kept_table([kept_at(trained, 2)], pd.DataFrame(rows))
    assert table["rank"].tolist() == [2, pd.NA]
    assert table.loc[0, "bytes"] == 4 * N * (2 * 2 + TASK.n_inputs + TASK.n_outputs)
    assert table.loc[1, ["loss", "bytes"]].isna().all()


# Where `load` looks


@pytest.fixture
def places(trained, state, tmp_path, monkeypatch):
    """A repository with one trained network and two kept ones, and a folder elsewhere."""
    repository, here = tmp_path / "repository", tmp_path / "here"
    here.mkdir()
    folder = repository / "results/nonlinear/mine/g0.9/seed3"
    files = [folder / file for file in finding.FILES]
    save_network(RUN, initial_state(RUN, TASK), state, tuple(files), ABOUT)
    for name in ("mine", "yours"):
        kept = repository / "paper/results/networks" / f"{name}.safetensors"
        write_kept([kept_at(trained, 2)], kept)
    monkeypatch.setattr(finding, "REPOSITORY", repository)
    monkeypatch.chdir(here)
    return repository


def test_load_prefers_a_network_that_is_whole(places, trained):
    whole = interplay.load("mine", g=0.9, seed=3)
    assert whole.rank is None
    np.testing.assert_array_equal(whole.dW, trained.dW)
    np.testing.assert_array_equal(whole.losses, trained.losses)
    kept = interplay.load("mine", g=0.9, seed=3, results=places / "paper/results")
    assert kept.rank == 2


def test_a_kept_network_has_the_losses_of_the_table(places, trained):
    losses = pd.concat(
        pd.DataFrame({"epoch": range(3), "loss": 0.1 * seed}).assign(
            experiment="yours", g=0.9, seed=seed
        )
        for seed in (2, 3)
    )
    assert interplay.load("yours", g=0.9, seed=3).losses.size == 0
    write_table(losses, places / "paper/results/tables/nonlinear_loss.parquet")
    found = interplay.load("yours", g=0.9, seed=3)
    np.testing.assert_allclose(found.losses, [0.3, 0.3, 0.3])
    assert found.initial_loss == trained.initial_loss


def test_load_falls_back_on_the_kept_networks(places):
    assert interplay.load("yours", g=0.9, seed=3).rank == 2
    # A training that has not ended has no record yet.
    (places / "results/nonlinear/mine/g0.9/seed3/record.json").unlink()
    assert interplay.load("mine", g=0.9, seed=3).rank == 2


def test_results_here_come_first(places):
    (places / "results").rename("results")
    assert interplay.load("mine", g=0.9, seed=3).rank is None


@pytest.mark.parametrize(
    ("wanted", "options", "end"),
    [
        (("ours", 0.9, 3), {}, "ours/g0.9/seed3, found none; experiments: mine, yours"),
        (("mine", 0.0, 3), {}, "found none; mine has g = 0.9 and seeds 3"),
        (("mine", 0.9, 4), {}, "found none; mine has g = 0.9 and seeds 3"),
        (
            ("mine", 0.9, 3),
            {"results": "nowhere"},
            "experiments: none; run `make preview`",
        ),
    ],
)
def test_what_load_cannot_find_is_one_line(places, wanted, options, end):
    with pytest.raises(InputError) as raised:
        interplay.load(*wanted, **options)
    message = str(raised.value)
    assert message.endswith(end)
    assert message.startswith("nowhere: " if options else "results, ")
    assert "\n" not in message


@pytest.mark.slow
def test_the_workflow_keeps_the_networks_of_the_readings(reproduction):
    folder = reproduction.results / "networks"
    experiments = {"flipflop", "mante", "romo", "flipflop_stated"}
    assert {path.stem for path in folder.iterdir()} == experiments
    preview = read_yaml(reproduction.folder / "preview.yaml")
    test_trials = preview["nonlinear"]["measurements"]["test_trials"]
    table = read_table(folder / "mante.csv")
    assert len(table) == 2
    for row in table.itertuples():
        kept = read_kept(folder / "mante.safetensors")[f"g{row.g}/seed{row.seed}"]
        network = rebuilt(kept)
        (loss,) = network.losses_with([network.network.W], test_trials)
        assert loss == pytest.approx(row.loss)
        whole = interplay.load("mante", row.g, row.seed, reproduction.results)
        rank = len(whole.dW) if np.isnan(row.functional_rank) else row.rank
        (expected,) = truncations(whole.dW, [rank])
        np.testing.assert_allclose(network.dW, expected, atol=1e-6)


KEPT = sorted((Path(__file__).parents[2] / "paper/results/networks").glob("*.csv"))


@pytest.mark.slow
@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_the_archived_networks_have_the_losses_that_their_table_states(path):
    table = read_table(path)
    kept = read_kept(path.with_suffix(".safetensors"))
    assert len(kept) == table["loss"].count()
    whole = table["rank"].isna() & table["loss"].notna()
    for row in [
        *table[table["rank"].notna()][:: len(table) // 3].itertuples(),
        *table[whole].itertuples(),
    ]:
        network = rebuilt(kept[f"g{row.g}/seed{row.seed}"])
        (loss,) = network.losses_with([network.network.W], 512)
        assert loss == pytest.approx(row.loss, rel=1e-3)
        if np.isnan(row.functional_rank):
            assert network.rank is None
            assert loss == pytest.approx(row.final_loss, rel=1e-3)
        else:
            assert loss < 0.05 * row.initial_loss
