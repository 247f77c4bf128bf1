"""Where `load` finds a network, and what it says if there is none."""

import re
from copy import copy
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

import interplay
from interplay.lowrank.factored import Factored
from interplay.nonlinear import load as loading
from interplay.nonlinear.archived import archive_network, read_archived, write_archived
from interplay.nonlinear.job import FILES, save_network
from interplay.nonlinear.trained import read_network
from interplay.nonlinear.training import Run, initial_state, train
from interplay.storage.arrays import read_arrays, write_arrays
from interplay.storage.errors import InputError
from interplay.storage.files import read_json, write_json
from interplay.storage.tables import write_table
from interplay.tasks import make_task

TASK = make_task("romo", 0.5)
RUN = Run("romo", 0.9, 3, n=16, epochs=5, batch=4, learning_rate=0.01)
ABOUT = {"task": {"dt": 0.5}, "machine": {"device": "cpu"}}
MEASURED = {"initial_loss": 0.1, "final_loss": 0.01, "convergence_epoch": None}


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A checkout with one trained network and two archived ones; the tests run elsewhere."""
    root = tmp_path / "repository"
    package = root / "workflow/scripts/interplay"
    package.mkdir(parents=True)
    folder = root / "results/nonlinear/mine/g0.9/seed3"
    start = initial_state(RUN, TASK)
    files = [folder / file for file in FILES]
    save_network(RUN, start, train(RUN, TASK, start), tuple(files), ABOUT)
    record = read_json(folder / "record.json")
    measured = {**MEASURED, "functional_rank": 2}
    archived = archive_network(read_network(*files), record, measured, 16)
    for name in ("mine", "yours"):
        write_archived([archived], root / f"paper/results/networks/{name}.safetensors")
    elsewhere = tmp_path / "here"
    elsewhere.mkdir()
    monkeypatch.setattr(loading, "PACKAGE", package)
    monkeypatch.delenv(loading.VARIABLE, raising=False)
    monkeypatch.chdir(elsewhere)
    return root


def test_load_prefers_a_network_that_is_whole(repository):
    whole = interplay.load("mine", g=0.9, seed=3)
    assert whole.rank is None
    assert whole.losses.shape == (5,)
    archived = interplay.load("mine", 0.9, 3, results=repository / "paper/results")
    assert archived.rank == 2
    assert interplay.load("yours", g=0.9, seed=3).rank == 2
    # A training that has not ended has no record yet.
    (repository / "results/nonlinear/mine/g0.9/seed3/record.json").unlink()
    assert interplay.load("mine", g=0.9, seed=3).rank == 2


@pytest.mark.parametrize(
    ("g", "seed"),
    [(0.3 + 0.6, 3), (np.float32(0.9), np.int64(3)), (torch.tensor(0.9), 3)],
)
def test_load_takes_any_number(repository, g, seed):
    assert interplay.load("mine", g, seed).run == interplay.load("mine", 0.9, 3).run


@pytest.mark.parametrize(
    ("g", "seed", "message"),
    [
        ("0.9", 3, "g: expected a number, found '0.9'"),
        (0.9, "3", "seed: expected a whole number, found '3'"),
        (0.9, 3.0, "seed: expected a whole number, found 3.0"),
    ],
)
def test_what_is_no_number_is_one_line(repository, g, seed, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        interplay.load("mine", g, seed)


def test_networks_can_be_compared_and_hashed(repository):
    net = interplay.load("mine", 0.9, 3)
    assert net == net and net != copy(net)
    assert net.network != copy(net.network)
    assert len({net, net, copy(net)}) == 2


def test_an_archived_network_has_the_losses_of_the_table(repository):
    losses = pd.concat(
        pd.DataFrame({"epoch": range(3), "loss": 0.1 * seed}).assign(
            experiment="yours", g=0.9, seed=seed
        )
        for seed in (2, 3)
    )
    assert interplay.load("yours", g=0.9, seed=3).losses.size == 0
    write_table(losses, repository / "paper/results/tables/nonlinear_loss.parquet")
    network = interplay.load("yours", g=0.9, seed=3)
    np.testing.assert_allclose(network.losses, [0.3, 0.3, 0.3])
    assert network.initial_loss == 0.1


@pytest.mark.parametrize("folder", ["results", "paper/results"])
def test_an_installed_library_finds_the_results_of_the_current_folder(
    repository, folder, monkeypatch
):
    monkeypatch.setattr(loading, "PACKAGE", repository / "site-packages/interplay")
    with pytest.raises(InputError, match=r"^results .does not exist., paper/results "):
        interplay.load("mine", 0.9, 3)
    monkeypatch.chdir(repository)
    assert interplay.load("mine", 0.9, 3).rank is None
    assert interplay.load("yours", 0.9, 3).rank == 2


def test_the_environment_and_the_home_folder_name_results(repository, monkeypatch):
    monkeypatch.setenv("HOME", str(repository))
    assert interplay.load("mine", 0.9, 3, results="~/paper/results").rank == 2
    monkeypatch.setenv(loading.VARIABLE, "~/paper/results")
    assert interplay.load("mine", 0.9, 3).rank == 2
    monkeypatch.setenv(loading.VARIABLE, "~/nothing")
    with pytest.raises(InputError, match=r"^INTERPLAY_RESULTS=~/nothing: expected a fol"):
        interplay.load("mine", 0.9, 3)
    assert interplay.load("mine", 0.9, 3, results="~/results").rank is None


@pytest.mark.parametrize(
    ("wanted", "results", "end"),
    [
        (("ours", 0.9, 3), None, "ours/g0.9/seed3, found none; experiments: mine, yours"),
        (("mine", 0.0, 3), None, "found none; mine has g = 0.9 and seeds 3"),
        (("mine", 0.90001, 3), None, "found none; mine has g = 0.9 and seeds 3"),
        (("mine", 0.9, 4), None, "found none; mine has g = 0.9 and seeds 3"),
        (("mine", 0.9, 3), "nowhere", "expected a folder of results, found nothing"),
        (("mine", 0.9, 3), "file", "expected a folder of results, found a file"),
        (("mine", 0.9, 3), "empty", "run `make preview`, or name a results folder"),
        (("mine", 0.9, 3), "above", "there are no networks; try results='above/preview'"),
        (("lstm", 0.9, 3), "lstms", "none; LSTMs, which cannot be loaded yet: lstm"),
        (("mine", 0.9, 3), "~no-one/results", "Could not determine home directory."),
    ],
)
def test_what_load_cannot_find_is_one_line(repository, tmp_path, wanted, results, end):
    here = tmp_path / "here"
    (here / "empty").mkdir()
    (here / "above/preview/nonlinear").mkdir(parents=True)
    (here / "file").touch()
    write_json({}, here / "lstms/sentiment/lstm/seed0/record.json")
    with pytest.raises(InputError) as raised:
        interplay.load(*wanted, results=results)
    message = str(raised.value)
    assert message.endswith(end)
    assert message.startswith(f"{results}: " if results else "results (does not exist), ")
    assert "\n" not in message


def test_stored_arrays_that_are_not_the_networks_are_refused(repository):
    file = repository / "results/nonlinear/mine/g0.9/seed3/network.safetensors"
    arrays = read_arrays(file)
    n = RUN.n
    for changed, line in (
        (
            {"W": np.zeros((n + 4, n + 4), np.float32)},
            "W: expected float32 of shape (16, 16)",
        ),
        ({"C": arrays["C"].T}, "C: expected float32 of shape (2, 16)"),
        ({"B": arrays["B"].astype(float)}, "B: expected float32 of shape (16, 1)"),
        ({"W": arrays["W"] * np.nan}, "W: expected finite float32 numbers"),
        ({"D": arrays["W"]}, "expected the arrays W, B, C, found B, C, D, W"),
    ):
        write_arrays(arrays | changed, file)
        with pytest.raises(InputError) as error:
            interplay.load("mine", 0.9, 3)
        assert str(error.value).startswith(f"{file}: ")
        assert line in str(error.value)


def test_archived_arrays_that_are_not_the_networks_are_refused(repository):
    (archived,) = read_archived(
        repository / "paper/results/networks/mine.safetensors"
    ).values()
    parts = archived.factored.parts
    for name, array, line in (
        ("left/W", parts["left/W"][:1], "W: expected shape (16, 16), found (1, 16)"),
        ("left/W", parts["left/W"][:, :1], "left, right: expected two factors"),
        ("whole/B", parts["whole/B"][0], "B: expected shape (16, 1), found (1,)"),
    ):
        changed = Factored({**parts, name: array})
        with pytest.raises(InputError) as error:
            replace(archived, factored=changed).rebuild()
        assert line in str(error.value)
