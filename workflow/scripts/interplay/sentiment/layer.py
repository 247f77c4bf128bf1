"""One layer of the compiled engine: its buffers, and the calls of its compiled loops."""

from dataclasses import dataclass

import numpy as np

from interplay.kernels.tile import LANES, LINE, ROWS, buffer, padded
from interplay.sentiment import layout, steps
from interplay.sentiment.layout import GATES, UNITS
from interplay.sentiment.model import Batch

Share = tuple[int, int]
"""(worker, workers): which part of a loop one of several threads computes"""


@dataclass(frozen=True)
class Rows:
    """Where the tokens of a batch lie in the rows of the buffers."""

    sizes: np.ndarray
    """(step,), int64: number of sentences that are longer than the step"""
    starts: np.ndarray
    """(step + 1,), int64: row where each step begins; steps are whole tiles"""
    last: np.ndarray
    """(sentence,), int64: row of each sentence's last token"""

    @classmethod
    def of(cls, batch: Batch) -> "Rows":
        """Return the rows of a batch."""
        starts = np.concatenate([[0], np.cumsum(-(-batch.sizes // ROWS) * ROWS)])
        last = starts[batch.lengths - 1] + np.arange(len(batch.lengths))
        return cls(batch.sizes, starts, last)

    @property
    def count(self) -> int:
        """Number of rows, padding included."""
        return int(self.starts[-1])

    @property
    def widest(self) -> int:
        """Number of rows of the first step, padding included."""
        return int(self.starts[1])


class Layer:
    """The weights of one layer, laid out as panels, and the states of a batch.

    All buffers consist of whole tiles. The buffers of a batch grow to the size of the
    largest batch so far.
    """

    def __init__(self, n: int, n_inputs: int, dtype: np.dtype, inputs_trained: bool):
        """Allocate the buffers of the forward pass.

        Args:
            n: units.
            n_inputs: numbers per input.
            dtype: float32 or float64.
            inputs_trained: whether the inputs have a gradient, dL/dx.
        """
        self._n, self._n_inputs, self._dtype = n, n_inputs, dtype
        self._columns, self._input_columns = padded(n, LANES), padded(n_inputs, LANES)
        self._inputs_trained = inputs_trained
        panels = self._columns // UNITS
        self._panels = self._array(panels, self._columns + n_inputs, LANES)
        self._bias = self._array(panels, LANES)
        self._reserve_states(ROWS, ROWS)
        self._backward_panels: np.ndarray | None = None

    # Buffers

    def _array(self, *shape: int) -> np.ndarray:
        return buffer(shape, self._dtype)

    def reserve(self, rows: Rows, gradient: bool) -> None:
        """Make the buffers large enough for a batch.

        Args:
            rows: of the batch.
            gradient: whether a gradient follows; otherwise gates and cells of one step
                are enough.
        """
        count, places = rows.count, rows.count if gradient else rows.widest
        if count > len(self.hidden) or places > len(self._cells):
            self._reserve_states(
                max(count, len(self.hidden)), max(places, len(self._cells))
            )
        if gradient:
            if self._backward_panels is None:
                self._reserve_gradient()
            if count > len(self.grad_hidden) or rows.widest > len(self._grad_state):
                self._reserve_adjoints(
                    max(count, len(self.grad_hidden)),
                    max(rows.widest, len(self._grad_state)),
                )

    def _reserve_states(self, rows: int, places: int) -> None:
        # Rows that are a power of two apart would compete for few places of the cache.
        width = self._columns + self._input_columns + LINE
        self._states = self._array(rows, width)
        self.hidden = self._array(rows, self._columns)
        self._gates = self._array(len(self._panels), places, LANES)
        self._cells = self._array(places, self._columns)

    def _reserve_gradient(self) -> None:
        inputs = self._input_columns
        columns = self._columns + (inputs if self._inputs_trained else 0)
        depth = GATES * self._columns
        self._backward_panels = self._array(columns // LANES, depth, LANES)
        self._recurrent_gradient = self._array(GATES, self._columns, self._columns)
        self._input_gradient = self._array(GATES, self._columns, inputs)
        self._bias_gradient = self._array(GATES, self._columns)
        self._reserve_adjoints(ROWS, ROWS)

    def _reserve_adjoints(self, rows: int, widest: int) -> None:
        inputs = self._input_columns if self._inputs_trained else 0
        self.grad_hidden = self._array(rows, self._columns)
        self.grad_inputs = self._array(rows, inputs)
        self._grad_state = self._array(widest, self._columns)
        self._grad_cell = self._array(widest, self._columns)
        self._grad_gates = self._array(widest, GATES * self._columns + LINE)

    # Weights

    def lay_out(self, recurrent, inputs, bias, share: Share) -> None:
        """Lay out the weights as panels.

        Args:
            recurrent: (4 n, n).
            inputs: (4 n, Nin).
            bias: (4 n,), the sum of both biases.
            share: the part to compute.
        """
        layout.lay_out_forward(self._panels, recurrent, 0, *share)
        layout.lay_out_forward(self._panels, inputs, self._columns, *share)
        layout.lay_out_forward(self._bias[:, None], bias[:, None], 0, *share)
        if self._backward_panels is not None:
            recurrent_panels = self._columns // LANES
            layout.lay_out_backward(
                self._backward_panels[:recurrent_panels], recurrent, *share
            )
            layout.lay_out_backward(
                self._backward_panels[recurrent_panels:], inputs, *share
            )

    # Passes over a batch

    def look_up(self, vectors, words, rows: Rows, share: Share) -> None:
        """Take the vectors of words as inputs.

        Args:
            vectors: (word, Nin).
            words: (step, sentence), int64.
            rows: of the batch.
            share: the part to compute.
        """
        layout.look_up(
            self._states, self._columns, vectors, words, rows.sizes, rows.starts, *share
        )

    def take_inputs(self, below: "Layer", mask, rows: Rows, share: Share) -> None:
        """Take the hidden states of the layer below, times a mask, as inputs.

        Args:
            below: the layer.
            mask: (token, n), packed; no rows if nothing is dropped.
            rows: of the batch.
            share: the part to compute.
        """
        layout.pass_on(
            self._states, self._columns, below.hidden, mask,
            rows.sizes, rows.starts, *share,
        )  # fmt: skip

    def advance(self, rows: Rows, gradient: bool, share: Share) -> None:
        """Compute `hidden`, (row, columns): the hidden state after each step."""
        places = rows.starts[:-1] if gradient else np.zeros_like(rows.starts[:-1])
        steps.advance(
            self._states, self.hidden, self._gates, self._cells,
            self._panels, self._bias, rows.starts, places, *share,
        )  # fmt: skip

    def retreat(self, rows: Rows, share: Share) -> None:
        """Turn gates into dL/dz and find `grad_inputs`, dL/dx, from `grad_hidden`, dL/dh."""
        steps.retreat(
            self._gates, self._cells, self._grad_state, self._grad_cell, self._grad_gates,
            self.grad_hidden, self.grad_inputs, self._backward_panels, rows.starts, *share,
        )  # fmt: skip

    def pass_down(self, below: "Layer", mask, rows: Rows, share: Share) -> None:
        """Give dL/dx, times the mask, to the layer below; see `take_inputs`."""
        layout.pass_on(
            below.grad_hidden, 0, self.grad_inputs, mask, rows.sizes, rows.starts, *share
        )

    def sum_gradient(self, rows: Rows, share: Share) -> None:
        """Sum the gradient of the weights over all rows."""
        steps.sum_gradient(
            self._recurrent_gradient, self._input_gradient, self._bias_gradient,
            self._gates, self._states, rows.starts, *share,
        )  # fmt: skip

    def gradient(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the gradient of recurrent weights, input weights and bias."""
        n, n_inputs = self._n, self._n_inputs
        recurrent = self._recurrent_gradient[:, :n, :n].reshape(GATES * n, n)
        inputs = self._input_gradient[:, :n, :n_inputs].reshape(GATES * n, n_inputs)
        bias = self._bias_gradient[:, :n].reshape(GATES * n)
        recurrent, inputs, bias = map(np.ascontiguousarray, (recurrent, inputs, bias))
        return recurrent, inputs, bias
