"""Where `load` finds a network, and what it says if there is none."""

import pickle
import re
import shutil
from copy import copy, deepcopy
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import torch

import interplay
from interplay import loading
from interplay.lowrank.factored import Factored
from interplay.nonlinear.archived import archive_network, read_archived, write_archived
from interplay.nonlinear.job import FILES, save_network
from interplay.nonlinear.run import Run, initial_state
from interplay.nonlinear.trained import read_network
from interplay.nonlinear.training import train
from interplay.provenance.sources import SOURCES
from interplay.storage.arrays import read_arrays, write_arrays
from interplay.storage.errors import InputError
from interplay.storage.files import read_json
from interplay.storage.tables import write_table
from interplay.tasks import make_task

TASK = make_task("romo", 0.5)
RUN = Run("romo", 0.9, 3, n=16, epochs=5, batch=4, learning_rate=0.01)
ABOUT = {"task": {"dt": 0.5}, "machine": {"device": "cpu"}}
ADVICE = "run `make preview`, or name a results folder"
MEASURED = {"initial_loss": 0.1, "final_loss": 0.01, "convergence_epoch": None}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A checkout with one trained network and two archived ones."""
    root = tmp_path_factory.mktemp("made")
    (root / "workflow/scripts/interplay").mkdir(parents=True)
    folder = root / "results/nonlinear/mine/g0.9/seed3"
    start = initial_state(RUN, TASK)
    files = [folder / file for file in FILES]
    save_network(RUN, start, train(RUN, TASK, start), tuple(files), ABOUT)
    record = read_json(folder / "record.json")
    measured = {**MEASURED, "functional_rank": 2}
    archived = archive_network(read_network(*files), record, measured, 16)
    for name in ("mine", "yours"):
        write_archived([archived], root / f"paper/results/networks/{name}.safetensors")
    return root


@pytest.fixture
def repository(made, tmp_path, monkeypatch):
    """A copy of the checkout; the tests run elsewhere."""
    root = tmp_path / "repository"
    shutil.copytree(made, root)
    elsewhere = tmp_path / "here"
    elsewhere.mkdir()
    monkeypatch.setattr(loading, "PACKAGE", root / "workflow/scripts/interplay")
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
    "g",
    [
        0.3 + 0.6, 0.9 + 1e-6, np.float32(0.9), np.array(0.9), Decimal("0.9"),
        Fraction(9, 10), torch.tensor(0.9), torch.tensor(0.9, dtype=torch.float64),
    ],
)  # fmt: skip
def test_load_takes_any_number(repository, g):
    for seed in (3, np.uint8(3), np.array(3), torch.tensor(3)):
        assert interplay.load("mine", g, seed).run == interplay.load("mine", 0.9, 3).run


@pytest.mark.parametrize(
    "g",
    [
        "0.9", np.str_("0.9"), np.array("0.9"), b"0.9", True, np.True_,
        torch.tensor(True), float("nan"), Decimal("sNaN"), -np.inf, 10**400, 0.9 + 0j,
        np.complex64(1), [0.9], np.array([0.9]), torch.tensor([0.9]),
        pd.Series([0.9]), np.datetime64("2020"), object(),
    ],
    ids=lambda g: type(g).__name__,
)  # fmt: skip
def test_what_is_no_number_is_one_line(repository, g):
    with pytest.raises(InputError, match=r"^g: expected a finite number, found "):
        interplay.load("mine", g, 3)


@pytest.mark.parametrize(
    "seed", [None, "3", 3.0, np.float32(3), Fraction(3), True, np.True_, [3]], ids=repr
)
def test_what_is_no_whole_number_is_one_line(repository, seed):
    message = f"seed: expected a whole number, found {seed!r}"
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        interplay.load("mine", 0.9, seed)


def test_what_holds_arrays_can_be_compared_hashed_copied_and_shown(repository):
    net = interplay.load("mine", 0.9, 3)
    measured = interplay.measure(net, test_trials=8, rank_trials=8, largest_rank=2)
    for one in (net, net.network, measured, TASK.example(np.random.default_rng(0))):
        others = [copy(one), deepcopy(one), pickle.loads(pickle.dumps(one))]
        assert one == one and one not in others and len({one, *others}) == 4
    for one in (net, net.network, measured):
        assert len(repr(one)) < 100 and "\n" not in repr(one)
    again = pickle.loads(pickle.dumps(net))
    np.testing.assert_array_equal(again.dW, net.dW)


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
        (
            ("ours", 0.9, 3),
            None,
            "seed3, found none; experiments: mine, yours; LSTMs: none",
        ),
        (("mine",), None, "seed: expected a whole number, found None"),
        (("mine", None, 3), None, "mine/seed3, found none; mine has g = 0.9 and seeds 3"),
        ((None, 0.9, 3), None, "experiment: expected a name, found None"),
        (("*", 0.9, 3), None, "experiments: mine, yours; LSTMs: none"),
        (("mine", 0.0, 3), None, "found none; mine has g = 0.9 and seeds 3"),
        (("mine", 0.90001, 3), None, "found none; mine has g = 0.9 and seeds 3"),
        (("mine", 0.9, 4), None, "found none; mine has g = 0.9 and seeds 3"),
        (("mine", 0.9, 3), "nowhere", "expected a folder of results, found nothing"),
        (("mine", 0.9, 3), "file", "expected a folder of results, found a file"),
        (("mine", 0.9, 3), "", "expected a folder of results, found nothing"),
        (("mine", 0.9, 3), "empty", "networks, found an empty folder; " + ADVICE),
        (("mine", 0.9, 3), ".", "found another folder; try results='run'"),
        (("mine", 0.9, 3), "run/tables", "a part of a results folder; try results='run'"),
        (
            ("mine", 0.9, 3),
            "checkout",
            "a checkout; try results='checkout/results/small'",
        ),
        (("mine", 0.9, 3), "archive", "found an archive without networks; " + ADVICE),
        (("mine", 0.9, 3), "site", "found a site; " + ADVICE),
        (
            ("mine", 0.9, 3),
            "new",
            "a results folder without trained networks; " + ADVICE,
        ),
        (
            ("lstm", 0.9, 0),
            "run",
            "lstm has seeds 0 and no g, since its networks are LSTMs",
        ),
        (("lstm", None, 1), "run", "lstm/seed1, found none; lstm has seeds 0"),
        (
            ("mine", 0.9, 4),
            "begun",
            "LSTMs: none; in training, or stopped: mine/g0.9/seed4",
        ),
        (("mine", 0.9, 4), "kept", "LSTMs: none; not archived: lstm/seed7"),
        (("mine", 0.9, 3), "~no-one/results", "Could not determine home directory."),
        (("mine", 0.9, 3), 5, "results: expected a folder, found 5"),
    ],
)
def test_what_load_cannot_find_is_one_line(repository, tmp_path, wanted, results, end):
    here = tmp_path / "here"
    for folder in (
        "empty", "checkout/workflow", "run/tables",
        "new/logs", "archive/tables",
        "begun/nonlinear/mine/g0.9/seed4", "kept/sentiment/lstm/seed7",
    ):  # fmt: skip
        (here / folder).mkdir(parents=True)
    for file in (
        "file", "run/sentiment/lstm/seed0/record.json", "checkout/Snakefile",
        "checkout/results/small/sentiment/lstm/seed0/record.json",
        f"archive/{SOURCES}", f"kept/{SOURCES}", "site/index.html", "site/claims.html",
    ):  # fmt: skip
        (here / file).parent.mkdir(exist_ok=True, parents=True)
        (here / file).touch()
    with pytest.raises(InputError) as raised:
        interplay.load(*wanted, results=results)
    assert str(raised.value).endswith(end)
    assert "\n" not in str(raised.value)


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
