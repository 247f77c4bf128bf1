"""The two-layer LSTM and its readout."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence

from interplay.sentiment.lstm import last_rows, lstm_layer
from interplay.sentiment.vocabulary import Batch

LAYERS = (1, 2)

Weights = Mapping[str, torch.Tensor]
"""``layer1.input``, ``layer1.recurrent``, the two biases of each layer, the readout"""


def initial_weights(
    rng: np.random.Generator, n_inputs: int, n_units: int
) -> dict[str, np.ndarray]:
    """Draw the initial weights as torch does, but for the input weights of layer 1.

    All are uniform within ±1/√n, those within ±1/√Nin.

    Args:
        rng: draws them, in the order of the result.
        n_inputs: Nin, numbers of a word vector.
        n_units: n, units a layer.

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


class Dropout:
    """Inverted dropout whose masks come from a generator of its own."""

    def __init__(self, rate: float, generator: torch.Generator):
        """Drop each number with probability `rate`, 0 <= rate < 1."""
        self.keep = 1 - rate
        self.generator = generator

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Return x with some numbers zero and the others divided by the share kept."""
        mask = torch.empty_like(x).bernoulli_(self.keep, generator=self.generator)
        return x * mask.div_(self.keep)


def logits(
    weights: Weights,
    vectors: torch.Tensor,
    batch: Batch,
    dropout: Callable[[torch.Tensor], torch.Tensor] = lambda x: x,
) -> torch.Tensor:
    """Return the readout of each sentence; it is positive where that is above zero.

    Args:
        weights: as named by `initial_weights`, float32, on one device.
        vectors: (word, Nin), float32, frozen, on the same device.
        batch: the sentences, on the CPU.
        dropout: applied between the layers and before the readout; none in
            evaluation mode.

    Returns:
        (sentence,), float32.
    """
    packed = pack_padded_sequence(batch.words, batch.lengths)
    x, sizes = vectors[packed.data.to(vectors.device)], packed.batch_sizes
    for layer in LAYERS:
        if layer > 1:
            x = dropout(x)
        x = lstm_layer(
            x,
            sizes,
            weights[f"layer{layer}.input"],
            weights[f"layer{layer}.recurrent"],
            weights[f"layer{layer}.input_bias"] + weights[f"layer{layer}.recurrent_bias"],
        )
    last = x[last_rows(batch.lengths, sizes).to(x.device)]
    readout = torch.nn.functional.linear(
        dropout(last), weights["readout.weight"], weights["readout.bias"]
    )
    return readout[:, 0]
