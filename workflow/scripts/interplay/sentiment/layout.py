"""Lay out weights and inputs of an LSTM layer for the loops over steps.

Weights become panels (see `interplay.sentiment.steps`). Word vectors, and the hidden states
of the layer below, are copied into the rows of a layer's states, and dropout is applied.
"""

from interplay.kernels.compiling import compiled
from interplay.kernels.tile import LANES, ROWS
from interplay.kernels.vectors import WIDTH, load, store

GATES = 4
"""input, forget, cell, output"""

UNITS = WIDTH
"""hidden units per panel"""


@compiled(nogil=True)
def lay_out_forward(panels, weights, first, worker, workers):
    """Copy weights into the panels of the forward product.

    Args:
        panels: (panel, depth, LANES).
        weights: (4 n, K).
        first: the row of the panels where the K rows of these weights begin.
        worker, workers: which part of the panels to fill.
    """
    n = len(weights) // GATES
    for p in range(worker, len(panels), workers):
        units = min(UNITS, n - p * UNITS)
        for gate in range(GATES):
            for u in range(units):
                row = weights[gate * n + p * UNITS + u]
                _scatter(panels[p], row, first, gate * UNITS + u)


@compiled()
def _scatter(panel, row, first, lane):
    for k in range(len(row)):
        panel[first + k, lane] = row[k]


@compiled(nogil=True)
def lay_out_backward(panels, weights, worker, workers):
    """Copy weights into the panels of the backward product.

    Args:
        panels: (K / LANES, 4 n, LANES).
        weights: (4 n, K).
        worker, workers: which part of the panels to fill.
    """
    n, width = len(weights) // GATES, weights.shape[1]
    for q in range(worker, len(panels), workers):
        lanes = min(LANES, width - q * LANES)
        for gate in range(GATES):
            for i in range(n):
                p, u = divmod(i, UNITS)
                k = p * LANES + gate * UNITS + u
                row = gate * n + i
                if lanes == LANES:
                    copy(panels[q], k, 0, weights, row, q * LANES, LANES)
                else:
                    for lane in range(lanes):
                        panels[q, k, lane] = weights[row, q * LANES + lane]


@compiled(nogil=True)
def look_up(states, first, vectors, words, sizes, starts, worker, workers):
    """Copy the vector of each word into the input columns of its row.

    Args:
        states: (row, width).
        first: column where the inputs begin.
        vectors: (word, Nin).
        words: (step, sequence), indices of `vectors`.
        sizes: (step,), number of sequences at each step.
        starts: (step + 1,), row where each step begins.
        worker, workers: which part of the rows to fill.
    """
    for t in range(len(sizes)):
        for tile in range(worker * ROWS, starts[t + 1] - starts[t], workers * ROWS):
            for b in range(tile, tile + ROWS):
                row = states[starts[t] + b, first : first + vectors.shape[1]]
                if b < sizes[t]:
                    row[:] = vectors[words[t, b]]
                else:
                    row[:] = 0


@compiled(nogil=True)
def pass_on(out, first, array, mask, sizes, starts, worker, workers):
    """Copy the rows of an array, times the dropout mask, into columns of another.

    Args:
        out: (row, width).
        first: column of `out` where the copies begin.
        array: (row, n).
        mask: (token, at most n), packed without padding; no rows if nothing is dropped.
        sizes, starts, worker, workers: see `look_up`.
    """
    n = array.shape[1]
    token = 0
    for t in range(len(sizes)):
        for tile in range(worker * ROWS, starts[t + 1] - starts[t], workers * ROWS):
            for b in range(tile, tile + ROWS):
                row = starts[t] + b
                copy(out, row, first, array, row, 0, n)
                if b < sizes[t] and len(mask) > 0:
                    _multiply(out[row, first : first + n], mask[token + b])
        token += sizes[t]


@compiled()
def _multiply(row, mask):
    for i in range(len(mask)):
        row[i] *= mask[i]


@compiled()
def copy(out, row, column, array, from_row, from_column, count):
    """Copy a part of a row; `count` is a multiple of WIDTH, see `vectors.load`."""
    for i in range(0, count, WIDTH):
        store(out, row, column + i, load(array, from_row, from_column + i))
