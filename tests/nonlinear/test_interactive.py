"""`interplay.train` and `interplay.measure`: the workflow's networks and numbers."""

import inspect
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import interplay
from interplay.configuration.files import read_yaml
from interplay.configuration.layers import BUILT_IN
from interplay.storage.files import read_json
from tests.docs.test_tables import FILES, tables

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Constant:
    """The output has to become 0.5 while the input is 1."""

    dt: float = 0.5
    n_inputs: int = 1
    n_outputs: int = 1

    def draw(self, rng, n_trials):
        ones = np.ones((20, n_trials, 1), np.float32)
        return interplay.Trials(ones, ones / 2, ones)


@pytest.fixture(scope="module")
def net():
    return interplay.train(Constant(), 0.9, 3, N=32, epochs=60)


def test_the_defaults_are_those_of_the_configuration():
    config = read_yaml(ROOT / "config.yaml")["nonlinear"]
    of_train = defaults(interplay.train)
    of_train["trained"] = list(of_train["trained"])
    keys = "N", "dt", "batch", "optimiser", "learning_rate", "trained"
    assert of_train == {key: config[key] for key in keys} | BUILT_IN["nonlinear"]["adam"]
    assert defaults(interplay.measure) == config["measurements"]


def defaults(function):
    return {
        name: parameter.default
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is not parameter.empty
    }


def test_a_task_of_ones_own_is_learned_and_measured(net):
    assert net.run.task_name == "constant"
    measured = interplay.measure(net, test_trials=8, rank_trials=8)
    summary = measured.summary
    assert summary.converged
    below = np.flatnonzero(net.losses < 0.05 * net.losses[0])
    assert summary.convergence_epoch == below[0]
    (final,) = net.losses_with([net.network.W], 8)
    assert summary.final_loss == final
    rank = summary.functional_rank
    losses = measured.truncation.loss
    assert losses[rank] < 0.05 * net.losses[0]
    assert (losses[:rank] >= 0.05 * net.losses[0]).all()
    of_dW = measured.spectrum.query("matrix == 'dW'")["value"]
    np.testing.assert_allclose(of_dW, interplay.singular_values(net.dW), 1e-5, 1e-6)
    assert summary.norm_dW == pytest.approx(np.linalg.norm(of_dW), rel=1e-5)
    assert len(measured.losses) == 60
    assert len(measured.eigenvalues) == 3 * 32


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("summary", "nonlinear.csv"),
        ("losses", "nonlinear_loss.parquet"),
        ("spectrum", "nonlinear_spectrum.parquet"),
        ("eigenvalues", "nonlinear_eigenvalues.parquet"),
        ("truncation", "nonlinear_truncation.csv"),
    ],
)
def test_the_columns_are_those_of_the_tables(net, name, table):
    measured = getattr(interplay.measure(net, test_trials=8, rank_trials=8), name)
    columns = measured.index if name == "summary" else measured.columns
    assert set(columns) <= set(tables(FILES)[table])


def test_denormal_numbers_are_back_after_a_training(net):
    # A variable, so that no compiler computes the product beforehand.
    tiny = np.float32(1e-30) * net.network.W.dtype.type(1e-10)
    assert tiny > 0


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"task": "none"}, "task none: expected one of flipflop, mante, neurogym, romo"),
        ({"g": np.nan}, "g: expected a finite number from 0, found nan"),
        ({"seed": -1}, "seed: expected a whole number from 0, found -1"),
        ({"N": 1}, "N: expected a whole number from 2, found 1"),
        ({"epochs": 0}, "epochs: expected a whole number from 1, found 0"),
        ({"batch": 2.5}, "batch: expected a whole number from 1, found 2.5"),
        ({"learning_rate": 0}, "learning_rate: expected a positive number, found 0"),
        ({"optimiser": "sgd"}, "optimiser: expected one of adam, gradient_descent"),
        ({"trained": ("W", "D")}, "trained: expected some of W, B, C, found"),
        ({"trained": ()}, "trained: expected some of W, B, C, found"),
        ({"trained": None}, "trained: expected some of W, B, C, found None"),
        ({"g": "0.9"}, "g: expected a finite number from 0, found '0.9'"),
        ({"N": np.zeros((30, 30))}, "N: expected a whole number from 2, found array("),
        ({"task": Constant}, "task type: expected an instance, found the class Constant"),
        ({"task": 5}, "task int: expected a method draw, found none"),
        ({"task": Constant(0)}, "task constant: dt: expected a positive number, found 0"),
        (
            {"task": Constant(n_inputs=0)},
            "task constant: n_inputs: expected an integer from 1, found 0: the state starts",
        ),
        (
            {"task": Constant(n_outputs=2)},
            "task constant: targets: expected shape (time, trial, channel) = (20, 32, 2), "
            "found (20, 32, 1)",
        ),
    ],
)
def test_a_setting_that_cannot_be_is_refused_in_a_line(changed, line):
    settings = {"task": Constant(), "g": 0.9, "seed": 0, "epochs": 1, "N": 4} | changed
    with pytest.raises(interplay.InputError) as error:
        interplay.train(**settings)
    assert str(error.value).startswith(line)


@dataclass(frozen=True)
class Odd(Constant):
    """A task whose trials are never the same length, or in another order than asked for."""

    kind: str = ""

    def draw(self, rng, n_trials):
        length = int(rng.integers(20, 10_000)) if self.kind == "length" else 20
        ones = np.ones((length, n_trials, 1), np.float32)
        arrays = {
            "length": [ones] * 3,
            "order": [ones.swapaxes(0, 1)] * 3,
            "silent": [0 * ones, ones, ones],
            "global": [ones * np.random.standard_normal(), ones, ones],
        }
        return interplay.Trials(*arrays[self.kind])


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("length", "all trials have one length; pad them, with mask 0"),
        ("order", "which looks like (trial, time, channel)"),
        ("silent", "give a constant input or a pulse"),
        ("global", "draw all random numbers from rng"),
    ],
)
def test_the_line_about_trials_says_what_to_do(kind, words):
    with pytest.raises(interplay.InputError) as error:
        interplay.train(Odd(kind=kind), 0.9, 0, epochs=1, N=4)
    assert str(error.value).startswith("task odd: inputs: expected ")
    assert words in str(error.value)


def test_recurrent_weights_of_any_real_type_are_taken_and_others_refused(net):
    W = net.network.W
    (expected,) = net.losses_with([W], 8)
    same = [W.astype(float), np.asfortranarray(W), W.tolist(), W.view()]
    same[-1].flags.writeable = False
    np.testing.assert_array_equal(net.losses_with(iter(same), 8), expected)
    for wrong in (W[:-1, :-1], W[0], np.zeros((72, 72)), W * 1j, np.nan * W, None):
        with pytest.raises(interplay.InputError, match=r"^recurrent\[1\]: expected"):
            net.losses_with([W, wrong], 8)
    for n_trials in (0, 1.5, "8"):
        with pytest.raises(interplay.InputError, match=r"^n_trials: expected"):
            net.losses_with([W], n_trials)


def test_weights_of_other_shapes_or_types_make_no_network(net):
    for wrong in (np.zeros((40, 40), np.float32), net.network.W.astype(float)):
        with pytest.raises(
            interplay.InputError, match=r"W: expected float32 of shape \(32"
        ):
            replace(net, network=replace(net.network, W=wrong))


def test_states_and_inputs_of_other_shapes_are_refused(net):
    x, u = np.zeros((3, 32)), np.zeros((3, 1))
    for wrong in ((x[:, 1:], u), (x, np.zeros((3, 2))), (x * 1j, u), (x, np.nan * u)):
        with pytest.raises(interplay.InputError, match=r"^[xu]: expected"):
            net.step(*wrong)
    for inputs in (u, np.zeros((5, 3, 2)), np.zeros((0, 3, 1))):
        with pytest.raises(interplay.InputError, match=r"^inputs: expected"):
            net.simulate(inputs)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"test_trials": 0}, "test_trials: expected a whole number from 1, found 0"),
        ({"rank_trials": 0}, "rank_trials: expected a whole number from 1, found 0"),
        ({"shuffles": 0}, "shuffles: expected a whole number from 1, found 0"),
        ({"largest_rank": 33}, "largest_rank: expected a whole number from 0 to 32"),
        ({"threshold": 1}, "threshold: expected a number between 0 and 1, found 1"),
    ],
)
def test_a_measurement_that_cannot_be_is_refused_in_a_line(net, options, line):
    with pytest.raises(interplay.InputError) as error:
        interplay.measure(net, **options)
    assert str(error.value).startswith(line)


def test_a_network_without_losses_is_refused(net):
    with pytest.raises(interplay.InputError, match="losses of its training, found none"):
        interplay.measure(replace(net, losses=np.empty(0)))


def test_a_diverged_network_is_measured_as_far_as_it_can_be(net):
    diverged = replace(net, losses=np.array([1.0, np.nan]), diverged=True)
    measured = interplay.measure(diverged)
    assert measured.summary.diverged
    assert pd.isna(measured.summary.functional_rank)
    assert measured.spectrum.empty and measured.truncation.empty


@pytest.mark.slow
@pytest.mark.parametrize("experiment", ["mante", "flipflop_descent"])
def test_the_workflow_makes_the_same_network_and_numbers(reproduction, experiment):
    folder = reproduction.results / "nonlinear" / experiment
    record_file = sorted(folder.glob("g*/seed*/record.json"))[-1]
    record = read_json(record_file)
    run, options = record["run"], dict(record["task"])
    rate = run["learning_rate"] * (run["n"] if run["optimiser"] == "adam" else 1)
    keys = "epochs", "batch", "optimiser", "eps", "amsgrad", "beta2", "clip", "trained"
    net = interplay.train(
        interplay.make_task(run["task_name"], options.pop("dt"), **options),
        run["g"],
        run["seed"],
        N=run["n"],
        learning_rate=rate,
        **{key: run[key] for key in keys},
    )
    made = interplay.load(experiment, run["g"], run["seed"], reproduction.results)
    for weights in "WBC":
        ours, theirs = (getattr(one.network, weights) for one in (net, made))
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(net.losses, made.losses)

    # As in preview.yaml.
    measured = interplay.measure(
        net, test_trials=128, rank_trials=128, shuffles=4, largest_rank=20
    )
    of_network = f"g == {run['g']} and seed == {run['seed']}"
    row = pd.read_csv(folder / "networks.csv").query(of_network).iloc[0]
    for column, number in measured.summary.items():
        assert_same(number, row[column], column)
    truncated = pd.read_csv(folder / "truncation.csv").query(of_network)
    np.testing.assert_allclose(truncated.loss, measured.truncation.loss, 1e-12)
    for name in ("spectrum", "eigenvalues", "losses"):
        theirs = pd.read_parquet(folder / f"{name}.parquet").query(of_network)
        ours = getattr(measured, name)
        pd.testing.assert_frame_equal(
            theirs[ours.columns].reset_index(drop=True), ours, check_dtype=False
        )


def assert_same(ours, theirs, column):
    if pd.isna(ours) or isinstance(theirs, str):
        assert pd.isna(theirs) or ours == theirs, column
    else:
        assert float(ours) == pytest.approx(float(theirs), rel=1e-12), column
