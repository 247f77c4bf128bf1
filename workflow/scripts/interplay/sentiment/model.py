"""The two-layer LSTM: its inputs, initial weights, dropout, and loss.

Gates come in torch's order, input, forget, cell, output, each of n rows.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from interplay.optimisers.state import Arrays

LAYERS = (1, 2)

PADDING = 1
"""torchtext's index of the word that fills sentences up"""


@dataclass(frozen=True)
class Batch:
    """Sentences as the network reads them, longest first."""

    words: np.ndarray
    """(step, sentence), int64, indices of the vocabulary, padded at the end"""
    lengths: np.ndarray
    """(sentence,), int64"""
    labels: np.ndarray
    """(sentence,), float32, 0 or 1"""

    @cached_property
    def sizes(self) -> np.ndarray:
        """(step,), int64: number of sentences that are longer than the step."""
        steps = np.arange(len(self.words))
        return (self.lengths[None] > steps[:, None]).sum(1)


def initial_weights(rng: np.random.Generator, n_inputs: int, n_units: int) -> Arrays:
    """Draw the initial weights as torch does, except the input weights of layer 1.

    All are uniform within ±1/√n, the input weights of layer 1 within ±1/√Nin.

    Args:
        rng: draws them, in the order of the result.
        n_inputs: Nin, numbers of a word vector.
        n_units: n, units per layer.

    Returns:
        float32; layer1.input (4 n, Nin), layer2.input (4 n, n), each layer's
        recurrent (4 n, n), input_bias and recurrent_bias (4 n,), readout.weight
        (1, n) and readout.bias (1,).
    """

    def draw(fan_in: int, *shape: int) -> np.ndarray:
        bound = 1 / np.sqrt(fan_in)
        return rng.uniform(-bound, bound, shape).astype(np.float32)

    weights = {}
    for layer, fan_in in zip(LAYERS, (n_inputs, n_units), strict=True):
        weights[f"layer{layer}.input"] = draw(fan_in, 4 * n_units, fan_in)
        weights[f"layer{layer}.recurrent"] = draw(n_units, 4 * n_units, n_units)
        weights[f"layer{layer}.input_bias"] = draw(n_units, 4 * n_units)
        weights[f"layer{layer}.recurrent_bias"] = draw(n_units, 4 * n_units)
    weights["readout.weight"] = draw(n_units, 1, n_units)
    weights["readout.bias"] = draw(n_units, 1)
    return weights


@dataclass(frozen=True)
class Masks:
    """Inverted dropout: factors that are 0, or 1 over the probability of not being 0."""

    between_layers: np.ndarray
    """(token, n), float32, packed: of the hidden states of layer 1"""
    before_readout: np.ndarray
    """(sentence, n), float32: of the last hidden state of layer 2"""


def draw_masks(
    rng: np.random.Generator, rate: float, batch: Batch, n_units: int
) -> Masks | None:
    """Draw the masks of a batch; None if the rate is 0.

    Args:
        rng: draws them.
        rate: probability of a 0, at least 0 and below 1.
        batch: the sentences.
        n_units: units per layer.
    """
    if rate == 0:
        return None

    def draw(count: int) -> np.ndarray:
        chances = rng.random((count, n_units), np.float32)
        return (chances >= np.float32(rate)) * np.float32(1 / (1 - rate))

    return Masks(draw(batch.lengths.sum()), draw(len(batch.lengths)))


@dataclass(frozen=True)
class Outcome:
    """A batch's loss, number of correct answers, and gradient."""

    loss: float
    """cross-entropy, summed over the sentences"""
    correct: int
    """number of sentences whose readout has the sign of the label"""
    gradient: Arrays
    """of the mean cross-entropy, by the name of the weight"""


def cross_entropy(
    logits: np.ndarray, labels: np.ndarray
) -> tuple[float, int, np.ndarray]:
    """Return loss, number of correct answers, and dL/dlogits of the mean loss.

    Args:
        logits: (sentence,), the readout; a positive one answers "positive".
        labels: (sentence,), 0 or 1.

    Returns:
        The binary cross-entropy summed over sentences in float64; the number of correct
        answers; (sentence,), of the dtype of the logits.
    """
    exact = logits.astype(np.float64)
    losses = np.logaddexp(0, exact) - labels * exact
    # The sigmoid by a tanh, which never overflows.
    errors = 0.5 + 0.5 * np.tanh(0.5 * exact) - labels
    correct = (logits > 0) == (labels > 0)
    gradient = (errors / len(logits)).astype(logits.dtype)
    return float(losses.sum()), int(correct.sum()), gradient
