"""Whatever a task returns: one line that names the task, or the loss of a NumPy loop."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

import interplay
from interplay import Example, Trials
from interplay.nonlinear.measurements.example import example_trial
from interplay.nonlinear.network import Network, masked_loss
from interplay.nonlinear.run import Run, initial_state
from interplay.nonlinear.stacked import train_stack
from interplay.nonlinear.trained import TrainedNetwork
from interplay.nonlinear.training import STRETCH, train

RUN = Run("own", 0.9, 0, n=5, epochs=1, batch=2, learning_rate=0.01)


def cast(dtype):
    return lambda array: np.round(array).astype(dtype)


def put(number):
    def change(array):
        changed = array.astype(float)
        changed[-1, -1, -1] = number
        return changed

    return change


def read_only(array):
    array.flags.writeable = False
    return array


MEANT = {
    **{
        name: cast(name)
        for name in ("int8", "int64", "float16", ">f4", "f8", "longdouble")
    },
    "Fortran": np.asfortranarray,
    "reversed": lambda array: array[:, ::-1],
    "strided": lambda array: np.repeat(array, 2, axis=2)[..., ::2],
    "read-only": read_only,
    "list": lambda array: array.tolist(),
    "torch": lambda array: torch.from_numpy(array.copy()),
}
"""what means the same as the float32 array that `Trials` asks for"""

WRONG = {
    **{name: cast(name) for name in ("complex64", "object", "str")},
    **{f"{number}": put(number) for number in (np.nan, np.inf, -np.inf, 1e20, -1e39)},
    **{
        f"axes {order}": partial(np.transpose, axes=order)
        for order in ((1, 0, 2), (2, 1, 0), (0, 2, 1), (1, 2, 0))
    },
    "a channel less": lambda array: array[..., 1:],
    "a channel more": lambda array: np.concatenate([array, array[..., :1]], axis=2),
    "one channel": lambda array: array[..., :1],
    "no axis of channels": lambda array: array[..., 0],
    "a trial less": lambda array: array[:, 1:],
    "a sample less": lambda array: array[1:],
    "one sample": lambda array: array[0],
    "number": lambda array: array.max(),
    "masked array": lambda array: np.ma.masked_greater(array, 0.9),
    "gradient": lambda array: torch.tensor(array, requires_grad=True),
    "bfloat16": lambda array: torch.tensor(array).to(torch.bfloat16),
    "ragged": lambda array: [*array.tolist(), [1]],
    "nothing": lambda array: None,
    "global": lambda array: array + np.random.default_rng().standard_normal(array.shape),
    "global generator": lambda array: array + np.random.standard_normal(array.shape),
}
MASKS = {
    "bool": cast(bool),
    "uint64": cast("uint64"),
    "weights": lambda mask: mask * 0.3,
    "negative": lambda mask: -mask,
    "never": lambda mask: 0 * mask,
    "the first trials": lambda mask: mask * (np.arange(mask.shape[1]) < 3)[:, None],
    "the last channel": lambda mask: mask * (np.arange(mask.shape[2]) == 0),
}

RESULTS = {
    "Trials": Trials,
    "tuple": lambda *arrays: arrays,
    "dict": lambda *arrays: dict(zip(Trials._fields, arrays, strict=True)),
    "nothing": lambda *arrays: None,
}


@dataclass(frozen=True)
class Own:
    """A task whose arrays are changed before they are returned."""

    length: int
    n_inputs: int
    n_outputs: int
    changes: dict[str, list[Any]]
    result: Any = Trials
    dt: float = 0.5

    def draw(self, rng, n_trials):
        shape = self.length, n_trials
        inputs = rng.integers(-8, 9, (*shape, self.n_inputs)) / 4
        targets = rng.integers(-2, 3, (*shape, self.n_outputs)) / 4
        mask = rng.random((*shape, self.n_outputs)) < 0.8
        mask[-1] = True
        arrays = {"inputs": inputs, "targets": targets, "mask": mask}
        for name, array in arrays.items():
            arrays[name] = array.astype(np.float32)
            for change in self.changes.get(name, ()):
                arrays[name] = change(arrays[name])
        return self.result(*arrays.values())

    def example(self, rng):
        return Example(self.draw(rng, 1), (0.5,))


@st.composite
def tasks(draw):
    """Return a task, and what may be wrong with it."""
    sizes = [draw(st.integers(1, most)) for most in (6, 3, 3)]
    changes, faults = {}, []
    for name in Trials._fields:
        kinds = [MEANT, MASKS] if name == "mask" else [MEANT]
        kinds += [WRONG] * draw(st.sampled_from([0, 0, 1]))
        kind = draw(st.sampled_from(kinds))
        least = int(kind is not MEANT)
        chosen = draw(st.lists(st.sampled_from(sorted(kind)), min_size=least, max_size=1))
        changes[name] = [kind[key] for key in chosen]
        faults += [f"{name}: {key}" for key in chosen if kind is not MEANT]
    result = draw(st.sampled_from(["Trials"] * 9 + sorted(RESULTS)))
    faults += [] if result == "Trials" else [result]
    return Own(*sizes, changes, RESULTS[result]), faults


def loop(network, trials):
    """Return outputs and loss, step by step in float64."""
    inputs, targets, mask = (np.asarray(array).astype(np.float64) for array in trials)
    W, B, C = (weights.astype(np.float64) for weights in vars(network).values())
    x = np.zeros((inputs.shape[1], len(W)))
    outputs = []
    for u in inputs:
        x = x + 0.5 * (-x + np.tanh(x) @ W.T + u @ B.T)
        outputs.append(np.tanh(x) @ C.T)
    assert targets.shape == mask.shape == np.shape(outputs)
    return np.array(outputs), masked_loss(np.array(outputs), targets, mask)


def first_batch(task):
    drawn = task.draw(RUN.stream("training trials", 0), STRETCH * RUN.batch)
    return [np.asarray(array)[:, : RUN.batch] for array in drawn]


@settings(max_examples=100, deadline=None)
@given(tasks())
@example((Own(4, 1, 1, {"targets": [WRONG["global"]]}), ["global"]))
def test_trials_are_refused_in_a_line_or_give_the_loss_of_a_loop(task_and_faults):
    task, faults = task_and_faults
    start = initial_state(RUN, task)
    network = Network(**start.weights)
    trained = TrainedNetwork.of(RUN, task, replace(start, losses=[1.0]))

    def outputs():
        table = example_trial(trained).query("kind == 'output'")
        return table.value.to_numpy().reshape(task.n_outputs, -1).T[:, None]

    entrances = {
        "training": (
            lambda: train(RUN, task, start).losses[0],
            lambda: loop(network, first_batch(task))[1],
        ),
        "stack": (
            lambda: train_stack([RUN], task, [start], threads=2)[0].losses[0],
            lambda: loop(network, first_batch(task))[1],
        ),
        "test trials": (
            lambda: trained.losses_with([network.W], 7)[0],
            lambda: loop(network, task.draw(RUN.stream("test trials"), 7))[1],
        ),
        "example": (
            outputs,
            lambda: loop(network, task.example(RUN.stream("example trial")).trials)[0],
        ),
    }
    for entrance, (compute, expect) in entrances.items():
        try:
            found = compute()
        except interplay.InputError as error:
            assert str(error).startswith("task own: ")
            assert "expected" in str(error) and "\n" not in str(error)
            assert faults, error
            event(f"{entrance}: refused")
        else:
            assert np.isfinite(found).all()
            np.testing.assert_allclose(found, expect(), rtol=2e-5, atol=1e-6)
            event(f"{entrance}: compared")


def test_threads_may_not_share_a_global_generator():
    """Not even one that the task seeds itself, which gives the same trials on one thread."""

    class Seeded(Own):
        def draw(self, rng, n_trials):
            np.random.seed(int(rng.integers(2**31)))
            inputs = np.random.standard_normal((6, n_trials, 1))
            return Trials(inputs, 0 * inputs, 0 * inputs + 1)

    task = Seeded(6, 1, 1, {})
    start = initial_state(RUN, task)
    (alone,) = train_stack([RUN], task, [start], threads=1)
    np.testing.assert_allclose(alone.losses, train(RUN, task, start).losses, rtol=1e-5)
    with pytest.raises(
        interplay.InputError, match=r"^task own: draw: expected no use of"
    ):
        train_stack([RUN], task, [start], threads=2)
