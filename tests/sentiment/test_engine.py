"""The compiled engine and the torch path against torch's LSTM and autograd."""

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from interplay.kernels import vectors as kernel
from interplay.kernels.compiling import compiled
from interplay.kernels.tanh import tanh
from interplay.sentiment.batches import Batch
from interplay.sentiment.engine import Engine
from interplay.sentiment.in_torch import TorchEngine
from interplay.sentiment.model import cross_entropy, draw_masks, initial_weights

WORDS = 30


def make_batch(lengths, rng):
    """Sentences of random words and labels, longest first."""
    lengths = np.sort(lengths)[::-1].copy()
    words = rng.integers(WORDS, size=(lengths[0], len(lengths)))
    labels = rng.integers(2, size=len(lengths)).astype(np.float32)
    return Batch(words, lengths, labels)


def make_network(n_inputs, n, rng, dtype):
    """Weights twice as large as the initial ones, and word vectors."""
    weights = initial_weights(rng, n_inputs, n)
    weights = {name: (2 * array).astype(dtype) for name, array in weights.items()}
    return weights, rng.standard_normal((WORDS, n_inputs)).astype(dtype)


def reference(weights, vectors, batch, masks):
    """Logits, mean loss and gradient by `torch.nn.LSTM`, one layer per module."""
    n = weights["readout.weight"].shape[1]
    tensors = {
        name: torch.tensor(array, requires_grad=True) for name, array in weights.items()
    }
    x = torch.nn.utils.rnn.pack_padded_sequence(
        torch.tensor(vectors)[torch.tensor(batch.words)], torch.tensor(batch.lengths)
    )
    kinds = {"weight_ih": "input", "weight_hh": "recurrent"}
    kinds |= {"bias_ih": "input_bias", "bias_hh": "recurrent_bias"}
    for layer in (1, 2):
        module = torch.nn.LSTM(x.data.shape[1], n, dtype=x.data.dtype)
        parameters = {
            f"{theirs}_l0": tensors[f"layer{layer}.{ours}"]
            for theirs, ours in kinds.items()
        }
        x, (last, _) = torch.func.functional_call(module, parameters, (x,))
        if layer == 1 and masks is not None:
            x = x._replace(data=x.data * torch.tensor(masks.between_layers).to(x.data))
    last = last[0]
    if masks is not None:
        last = last * torch.tensor(masks.before_readout).to(last)
    logits = (last @ tensors["readout.weight"].T + tensors["readout.bias"])[:, 0]
    loss = torch.nn.functional.binary_cross_entropy_with_logits(
        logits, torch.tensor(batch.labels).to(logits)
    )
    gradients = torch.autograd.grad(loss, list(tensors.values()))
    gradient = {
        name: array.numpy() for name, array in zip(tensors, gradients, strict=True)
    }
    return logits.detach().numpy(), loss.item(), gradient


sizes = st.fixed_dictionaries(
    {
        "lengths": st.lists(st.integers(1, 9), min_size=1, max_size=20),
        "n_inputs": st.integers(1, 40),
        "n": st.sampled_from([1, 3, 8, 20, 32, 33]),
        "rate": st.sampled_from([0.0, 0.3]),
        "seed": st.integers(0, 2**32),
    }
)


CANCELLING = {
    "lengths": [1, 1, 1, 1, 4], "n_inputs": 4, "n": 32, "rate": 0.3, "seed": 61883,
}  # fmt: skip
"""sentences whose gradients by the readout's bias nearly cancel"""


@settings(max_examples=30, deadline=None)
@given(sizes, st.sampled_from(["float64", "float32"]))
@example(CANCELLING, "float32")
def test_loss_and_gradient_are_those_of_torch(size, dtype):
    rng = np.random.default_rng(size["seed"])
    batch = make_batch(size["lengths"], rng)
    weights, vectors = make_network(size["n_inputs"], size["n"], rng, dtype)
    masks = draw_masks(rng, size["rate"], batch, size["n"])
    tolerance = 1e-12 if dtype == "float64" else 2e-5
    _, loss, gradient = reference(weights, vectors, batch, masks)
    logits, _, _ = reference(weights, vectors, batch, None)
    tensors = {
        name: torch.tensor(array, requires_grad=True) for name, array in weights.items()
    }
    for engine, values in (
        (Engine(vectors, size["n"]), weights),
        (TorchEngine(vectors, "cpu"), tensors),
    ):
        with engine:
            outcome = engine.loss_and_gradient(values, batch, masks)
            assert outcome.loss / len(batch.labels) == pytest.approx(loss, rel=tolerance)
            assert outcome.gradient.keys() == gradient.keys()
            for name, expected in gradient.items():
                # Sums of terms of order 1 / sentences, which may cancel.
                close = {"rtol": 0, "atol": tolerance * max(1e-2, abs(expected).max())}
                np.testing.assert_allclose(
                    outcome.gradient[name], expected, err_msg=name, **close
                )
            (found,) = engine.logits(values, [batch])
            np.testing.assert_allclose(found, logits, rtol=0, atol=tolerance)


@settings(max_examples=15, deadline=None)
@given(sizes, st.integers(2, 5))
def test_threads_and_earlier_batches_change_no_bit(size, threads):
    rng = np.random.default_rng(size["seed"])
    batch, other = make_batch(size["lengths"], rng), make_batch([12] * 40, rng)
    weights, vectors = make_network(size["n_inputs"], size["n"], rng, "float32")
    masks = draw_masks(rng, size["rate"], batch, size["n"])
    with Engine(vectors, size["n"]) as engine:
        expected = engine.loss_and_gradient(weights, batch, masks)
        gradient = {name: array.copy() for name, array in expected.gradient.items()}
        (logits,) = engine.logits(weights, [batch])
    with Engine(vectors, size["n"], threads) as engine:
        engine.loss_and_gradient(weights, other)
        outcome = engine.loss_and_gradient(weights, batch, masks)
        assert outcome.loss == expected.loss
        for name, array in gradient.items():
            np.testing.assert_array_equal(outcome.gradient[name], array, name)
        np.testing.assert_array_equal(engine.logits(weights, [other, batch])[1], logits)


def test_evaluation_alone_gives_the_bits_of_an_engine_that_trains():
    rng = np.random.default_rng(0)
    batch = make_batch([5, 5, 4, 1] * 5, rng)
    weights, vectors = make_network(7, 33, rng, "float32")
    with Engine(vectors, 33) as trains, Engine(vectors, 33) as evaluates:
        trains.loss_and_gradient(weights, batch)
        np.testing.assert_array_equal(
            trains.logits(weights, [batch]), evaluates.logits(weights, [batch])
        )


def test_the_loss_of_certain_answers_is_finite():
    logits = np.array([800, -800, 800], np.float32)
    loss, correct, gradient = cross_entropy(logits, np.array([1, 0, 0], np.float32))
    assert loss == 800
    assert correct == 2
    np.testing.assert_allclose(gradient, [0, 0, 1 / 3], atol=1e-6)


def test_masks_have_mean_one_and_follow_their_stream():
    batch = make_batch([20] * 30, np.random.default_rng(0))
    first, second = (draw_masks(np.random.default_rng(1), 0.3, batch, 50) for _ in "ab")
    np.testing.assert_array_equal(first.between_layers, second.between_layers)
    assert first.between_layers.shape == (600, 50)
    assert first.before_readout.shape == (30, 50)
    assert set(np.unique(first.between_layers)) == {np.float32(0), np.float32(1 / 0.7)}
    assert abs(first.between_layers.mean() - 1) < 0.02
    assert draw_masks(np.random.default_rng(1), 0.0, batch, 50) is None


# Explicit vectors


@compiled()
def _expression(out, a, b):
    for i in range(0, a.shape[1], kernel.WIDTH):
        x, y = kernel.load(a, 0, i), kernel.load(b, 0, i)
        one = kernel.fill(a.dtype.type(1))
        kernel.store(out, 0, i, (x + y) * (x - y) / (one + y * y))
        kernel.store(out, 1, i, tanh(x))


@compiled()
def _scalar_tanh(out, a):
    for i in range(a.shape[1]):
        out[0, i] = tanh(a[0, i])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_vectors_compute_what_numpy_does(dtype):
    rng = np.random.default_rng(0)
    a, b = 4 * rng.standard_normal((2, 1, 20 * kernel.WIDTH)).astype(dtype)
    out, scalar = np.zeros((2, a.shape[1]), dtype), np.zeros_like(a)
    _expression(out, a, b)
    _scalar_tanh(scalar, a)
    exact_a, exact_b = a.astype(np.float64), b.astype(np.float64)
    close = {"rtol": 1e-5, "atol": 1e-6} if dtype == "float32" else {"rtol": 1e-13}
    expected = (exact_a + exact_b) * (exact_a - exact_b) / (1 + exact_b**2)
    np.testing.assert_allclose(out[:1], expected, **close)
    np.testing.assert_allclose(out[1:], np.tanh(exact_a), rtol=close["rtol"])
    np.testing.assert_allclose(out[1:], scalar, rtol=4 * np.finfo(dtype).eps)
    ends = np.array([[-np.inf, -20, -0.0, 0, 20, np.inf, np.nan, 1] * 4], dtype)
    ends = ends[:, : -(-8 // kernel.WIDTH) * kernel.WIDTH]
    out = np.zeros((2, ends.shape[1]), dtype)
    _expression(out, ends, ends)
    np.testing.assert_allclose(out[1:], np.tanh(ends), rtol=1e-6)
