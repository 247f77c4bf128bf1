"""The compiled engine: the two-layer LSTM on a batch of sentences, and its exact gradient."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import numpy as np

from interplay.kernels.denormals import flush_denormals
from interplay.sentiment.layer import Layer, Rows, Share
from interplay.sentiment.model import LAYERS, Batch, Masks, Outcome, cross_entropy

SENTENCES_AT_ONCE = 128
"""sentences per batch of an evaluation"""


class Engine(AbstractContextManager):
    """Buffers for one network size, and the compiled loops that use them.

    Several threads divide the rows of a batch, or the panels of the weights, among them.
    Results have the same bits whatever the number of threads. Gradients are views of
    buffers: the next call overwrites them.
    """

    def __init__(self, vectors: np.ndarray, n: int, threads: int = 1):
        """Start the threads, and allocate the buffers of the weights.

        Args:
            vectors: (word, Nin), the word vectors. Their dtype (float32 or float64) is
                that of the computation.
            n: units per layer.
            threads: number of threads.
        """
        self._vectors = np.ascontiguousarray(vectors)
        self._n, self._threads = n, threads
        dtype, n_inputs = self._vectors.dtype, vectors.shape[1]
        self._layers = Layer(n, n_inputs, dtype, False), Layer(n, n, dtype, True)
        self._nothing_dropped = np.zeros((0, n), dtype)
        self._pool = ThreadPoolExecutor(threads, initializer=flush_denormals)

    def __exit__(self, *_: object) -> None:
        """End the threads."""
        self._pool.shutdown()

    def loss_and_gradient(
        self, weights: Mapping[str, np.ndarray], batch: Batch, masks: Masks | None = None
    ) -> Outcome:
        """Return the cross-entropy of a batch and the gradient of its mean.

        Args:
            weights: as named by `model.initial_weights`, of the dtype of the vectors.
            batch: the sentences.
            masks: of dropout; None drops nothing.
        """
        first, second = self._layers
        rows = self._reserve(batch, gradient=True)
        inner = self._nothing_dropped if masks is None else masks.between_layers
        self._lay_out(weights)
        self._forward(batch, rows, inner, gradient=True)

        outer = 1 if masks is None else masks.before_readout
        last = second.hidden[rows.last, : self._n] * outer
        readout = weights["readout.weight"]
        loss, right, grad_logits = cross_entropy(self._read(weights, last), batch.labels)
        second.grad_hidden[: rows.count] = 0
        second.grad_hidden[rows.last, : self._n] = grad_logits[:, None] * readout * outer

        def backward(share: Share) -> None:
            second.retreat(rows, share)
            second.pass_down(first, inner, rows, share)
            first.retreat(rows, share)

        def sums(share: Share) -> None:
            for layer in self._layers:
                layer.sum_gradient(rows, share)

        self._in_parallel(backward)
        self._in_parallel(sums)
        gradient = {
            "readout.weight": (grad_logits[:, None] * last).sum(0, keepdims=True),
            "readout.bias": grad_logits.sum(keepdims=True),
        }
        for number, layer in zip(LAYERS, self._layers, strict=True):
            recurrent, inputs, bias = layer.gradient()
            gradient[f"layer{number}.recurrent"] = recurrent
            gradient[f"layer{number}.input"] = inputs
            gradient[f"layer{number}.recurrent_bias"] = bias
            gradient[f"layer{number}.input_bias"] = bias
        return Outcome(loss, right, gradient)

    def logits(
        self, weights: Mapping[str, np.ndarray], batches: list[Batch]
    ) -> list[np.ndarray]:
        """Return the readout of each sentence in evaluation mode, without dropout.

        Args:
            weights: as named by `model.initial_weights`, of the dtype of the vectors.
            batches: the sentences.

        Returns:
            (sentence,) for each batch.
        """
        self._lay_out(weights)
        logits = []
        for batch in batches:
            rows = self._reserve(batch, gradient=False)
            self._forward(batch, rows, self._nothing_dropped, gradient=False)
            last = self._layers[-1].hidden[rows.last, : self._n]
            logits.append(self._read(weights, last))
        return logits

    def _reserve(self, batch: Batch, gradient: bool) -> Rows:
        rows = Rows.of(batch)
        for layer in self._layers:
            layer.reserve(rows, gradient)
        return rows

    def _lay_out(self, weights: Mapping[str, np.ndarray]) -> None:
        arguments = [
            (
                weights[f"layer{number}.recurrent"],
                weights[f"layer{number}.input"],
                weights[f"layer{number}.input_bias"]
                + weights[f"layer{number}.recurrent_bias"],
            )
            for number in LAYERS
        ]

        def lay_out(share: Share) -> None:
            for layer, matrices in zip(self._layers, arguments, strict=True):
                layer.lay_out(*matrices, share)

        self._in_parallel(lay_out)

    def _forward(
        self, batch: Batch, rows: Rows, mask: np.ndarray, gradient: bool
    ) -> None:
        first, second = self._layers

        def forward(share: Share) -> None:
            first.look_up(self._vectors, batch.words, rows, share)
            first.advance(rows, gradient, share)
            second.take_inputs(first, mask, rows, share)
            second.advance(rows, gradient, share)

        self._in_parallel(forward)

    @staticmethod
    def _read(weights: Mapping[str, np.ndarray], last: np.ndarray) -> np.ndarray:
        # A sum by rows, whose order does not depend on BLAS.
        return (last * weights["readout.weight"]).sum(1) + weights["readout.bias"]

    def _in_parallel(self, work: Callable[[Share], None]) -> None:
        """Call `work` with each thread's share, and wait for all of them."""
        shares = [(worker, self._threads) for worker in range(self._threads)]
        list(self._pool.map(work, shares))


def evaluate(
    engine: Engine, weights: Mapping[str, np.ndarray], batches: Sequence[Batch]
) -> tuple[float, float]:
    """Return loss and accuracy, means over the sentences.

    Args:
        engine: computes.
        weights: as named by `model.initial_weights`.
        batches: the sentences.
    """
    logits = np.concatenate(engine.logits(weights, list(batches)))
    labels = np.concatenate([batch.labels for batch in batches])
    loss, correct, _ = cross_entropy(logits, labels)
    return loss / len(labels), correct / len(labels)
