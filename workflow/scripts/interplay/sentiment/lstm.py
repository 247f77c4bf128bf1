"""One LSTM layer over packed sequences, and its exact gradient.

Packed means what it does in torch: the sequences of a batch, longest first, are
laid out step by step, so that step t is a block of as many rows as there are
sequences longer than t. The input product is one for all steps, and so is each
weight's gradient; a step is the recurrent product and one pass over the gates.
Gates come in torch's order: input, forget, cell, output, each of n rows.
"""

import numba
import numpy as np
import scipy.linalg  # noqa: F401  (np.dot in a compiled loop is its BLAS, see below)
import torch
from numba import float32

from interplay.kernels.tanh import rational_tanh

# Without the interpreter's lock, so that the parts of a batch run side by side.
# scipy is loaded above since a limit on BLAS threads reaches only what is loaded.
# No cache: numba would not notice a change of `rational_tanh` in another file.
_compiled = numba.njit(nogil=True, fastmath={"contract"}, error_model="numpy")


def lstm_layer(
    x: torch.Tensor,
    sizes: torch.Tensor,
    input_weights: torch.Tensor,
    recurrent_weights: torch.Tensor,
    bias: torch.Tensor,
) -> torch.Tensor:
    """Return the hidden states of an LSTM layer that starts at zero.

    Differentiable once with respect to all but `sizes`. The CPU takes the
    compiled loops below, other devices torch's own layer.

    Args:
        x: (token, Nin), float32, packed.
        sizes: (step,), int64 on the CPU, the number of sequences at each step,
            never increasing; they sum to the number of tokens.
        input_weights: (4 n, Nin).
        recurrent_weights: (4 n, n).
        bias: (4 n,).

    Returns:
        (token, n), packed like x.
    """
    if x.device.type == "cpu":
        return _Layer.apply(x, sizes.numpy(), input_weights, recurrent_weights, bias)
    return reference_layer(x, sizes, input_weights, recurrent_weights, bias)


def reference_layer(
    x: torch.Tensor,
    sizes: torch.Tensor,
    input_weights: torch.Tensor,
    recurrent_weights: torch.Tensor,
    bias: torch.Tensor,
) -> torch.Tensor:
    """Return the same as `lstm_layer`, by torch's LSTM."""
    zeros = x.new_zeros(1, int(sizes[0]), recurrent_weights.shape[1])
    weights = [input_weights, recurrent_weights, bias, torch.zeros_like(bias)]
    hidden, _, _ = torch.lstm(
        x, sizes, (zeros, zeros), weights, True, 1, 0.0, False, False
    )
    return hidden


def last_rows(lengths: torch.Tensor, sizes: torch.Tensor) -> torch.Tensor:
    """Return the packed row of each sequence's last token, int64, (sequence,).

    Args:
        lengths: (sequence,), int64, longest first.
        sizes: (step,), int64, see `lstm_layer`.
    """
    starts = torch.cumsum(sizes, 0) - sizes
    return starts[lengths - 1] + torch.arange(len(lengths))


class _Layer(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, sizes, input_weights, recurrent_weights, bias):
        gates = torch.addmm(bias, x, input_weights.T)
        cells, hidden, previous = x.new_empty(3, len(x), recurrent_weights.shape[1])
        _advance(
            gates.numpy(),
            recurrent_weights.numpy(),
            sizes,
            cells.numpy(),
            hidden.numpy(),
            previous.numpy(),
        )
        ctx.sizes = sizes
        ctx.save_for_backward(x, input_weights, recurrent_weights, gates, cells, previous)
        return hidden

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, gradient):
        x, input_weights, recurrent_weights, gates, cells, previous = ctx.saved_tensors
        adjoints = torch.empty_like(gates)
        _retreat(
            gates.numpy(),
            recurrent_weights.numpy(),
            ctx.sizes,
            cells.numpy(),
            gradient.contiguous().numpy(),
            adjoints.numpy(),
        )
        # The first step has no hidden state before it.
        later = int(ctx.sizes[0])
        return (
            adjoints @ input_weights if ctx.needs_input_grad[0] else None,
            None,
            adjoints.T @ x,
            adjoints[later:].T @ previous[later:],
            adjoints.sum(0),
        )


@numba.njit(inline="always")
def _sigmoid(x):
    return float32(0.5) + float32(0.5) * rational_tanh(float32(0.5) * x)


@_compiled
def _advance(gates, recurrent_weights, sizes, cells, hidden, previous):
    """Turn the input products in `gates` into gates; write the states they lead to."""
    n = recurrent_weights.shape[1]
    recurrent = np.zeros((sizes[0], 4 * n), gates.dtype)
    zeros = np.zeros(n, gates.dtype)
    before, start = 0, 0
    for t in range(len(sizes)):
        size = sizes[t]
        if t > 0:
            np.dot(hidden[before : before + size], recurrent_weights.T, recurrent[:size])
        for b in range(size):
            row = gates[start + b]
            for i in range(4 * n):
                row[i] += recurrent[b, i]
            for i in range(2 * n):
                row[i] = _sigmoid(row[i])
            for i in range(2 * n, 3 * n):
                row[i] = rational_tanh(row[i])
            for i in range(3 * n, 4 * n):
                row[i] = _sigmoid(row[i])
            old_cell = cells[before + b] if t > 0 else zeros
            old_hidden = hidden[before + b] if t > 0 else zeros
            for i in range(n):
                cell = row[n + i] * old_cell[i] + row[i] * row[2 * n + i]
                cells[start + b, i] = cell
                hidden[start + b, i] = row[3 * n + i] * rational_tanh(cell)
                previous[start + b, i] = old_hidden[i]
        before, start = start, start + size


@_compiled
def _retreat(gates, recurrent_weights, sizes, cells, of_output, adjoints):
    """Write dL/d(what entered each gate), given dL/d(hidden state) from outside."""
    n = recurrent_weights.shape[1]
    of_hidden = np.zeros((sizes[0], n), gates.dtype)
    of_cell = np.zeros((sizes[0], n), gates.dtype)
    zeros = np.zeros(n, gates.dtype)
    one = float32(1)
    start = len(gates)
    for t in range(len(sizes) - 1, -1, -1):
        size = sizes[t]
        start -= size
        before = start - sizes[t - 1]
        for b in range(size):
            row = gates[start + b]
            old_cell = cells[before + b] if t > 0 else zeros
            for i in range(n):
                enter, keep = row[i], row[n + i]
                new, leave = row[2 * n + i], row[3 * n + i]
                squashed = rational_tanh(cells[start + b, i])
                h = of_hidden[b, i] + of_output[start + b, i]
                c = of_cell[b, i] + h * leave * (one - squashed * squashed)
                adjoints[start + b, i] = c * new * enter * (one - enter)
                adjoints[start + b, n + i] = c * old_cell[i] * keep * (one - keep)
                adjoints[start + b, 2 * n + i] = c * enter * (one - new * new)
                adjoints[start + b, 3 * n + i] = h * squashed * leave * (one - leave)
                of_cell[b, i] = c * keep
        if t > 0:
            np.dot(adjoints[start : start + size], recurrent_weights, of_hidden[:size])
