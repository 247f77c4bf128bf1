"""The compiled loops of one LSTM layer: forward, backward, and the sums of the gradient.

The sequences of a batch are packed: longest first, and step t is a block of as many rows
as there are sequences longer than t, filled up to whole tiles. A row holds the hidden
state before the step and the layer's input, [h[t-1], x[t]], so a step forward is one
product with [recurrent weights, input weights].

A *panel* of the forward product holds the four gates of UNITS units, in torch's order
(input, forget, cell, output), so the gates of a tile are computed while the tile is in the
nearest cache. Rows never mix in the loops over steps, so these loops may be divided among
threads by tiles of rows; the sums over rows are divided by panels. In neither case does
the division change a bit of the result.
"""

import numpy as np

from interplay.kernels.compiling import compiled
from interplay.kernels.tanh import tanh
from interplay.kernels.tile import LANES, LINE, ROWS, add_product, set_product
from interplay.kernels.vectors import fetch, fill, load, store
from interplay.sentiment.layout import GATES, UNITS, copy

CELL = 2
"""the gate that is a tanh; the others are sigmoids"""

DEPTH = 256
"""rows that are summed at once for the gradient, while in the cache"""


@compiled(nogil=True)
def advance(states, hidden, gates, cells, panels, bias, starts, places, worker, workers):
    """Take all steps of a layer forward, from h = 0 and c = 0.

    Args:
        states: (row, width), with the inputs in the columns from n on; overwritten with
            the hidden state before each step in the columns before n.
        hidden: (row, n), overwritten with the hidden state after each step.
        gates: (panel, place, LANES), overwritten with the gates of each step.
        cells: (place, n), overwritten with the cell state after each step.
        panels: (panel, depth, LANES), see `lay_out_forward`.
        bias: (panel, LANES).
        starts: (step + 1,), row where each step begins.
        places: (step,), place in `gates` and `cells` where each step begins: `starts`,
            or zeros if no gradient is to follow.
        worker, workers: which tiles of rows to compute.
    """
    n_steps, (n_panels, depth, _) = len(places), panels.shape
    n = n_panels * UNITS
    zeros = np.zeros((ROWS, n), gates.dtype)
    for t in range(n_steps):
        # h = 0 before the first step: its product needs the inputs only.
        used = n if t == 0 else 0
        start, place = starts[t], places[t]
        count = starts[t + 1] - start
        if t > 0:
            # Sequences are sorted by length, so a sequence has the same place in each step.
            for tile in range(worker * ROWS, count, workers * ROWS):
                for r in range(ROWS):
                    last = starts[t - 1] + tile + r
                    copy(states, start + tile + r, 0, hidden, last, 0, n)
        for p in range(n_panels):
            for tile in range(worker * ROWS, count, workers * ROWS):
                row, at = start + tile, place + tile
                _fetch_tile(gates[p], at, 0)
                for r in range(ROWS):
                    fetch(cells, at + r, p * UNITS)
                    fetch(hidden, row + r, p * UNITS)
                    if t > 0:
                        fetch(cells, places[t - 1] + tile + r, p * UNITS)
                set_product(
                    gates[p, at : at + ROWS],
                    states[row : row + ROWS, used:depth],
                    panels[p, used:],
                )
                before, earlier = zeros, 0
                if t > 0:
                    before, earlier = cells, places[t - 1] + tile
                _open_gates(gates[p], bias, p, at)
                _update(gates[p], before, cells, hidden, p * UNITS, earlier, at, row)


@compiled()
def _fetch_tile(array, row, column):
    """Ask for the lines of a tile, which begins at [row, column]."""
    for r in range(ROWS):
        for line in range(0, LANES, LINE):
            fetch(array, row + r, column + line)


@compiled()
def _open_gates(gates, bias, panel, place):
    """Turn the products of a tile into gates."""
    half = fill(gates.dtype.type(0.5))
    for row in range(place, place + ROWS):
        for gate in range(GATES):
            first = gate * UNITS
            z = load(gates, row, first) + load(bias, panel, first)
            if gate == CELL:
                store(gates, row, first, tanh(z))
            else:
                store(gates, row, first, half + half * tanh(half * z))


@compiled()
def _update(gates, before, cells, hidden, unit, earlier, place, row):
    """Compute the cell and hidden states of a tile from its gates and earlier cells."""
    for r in range(ROWS):
        enter, forget = load(gates, place + r, 0), load(gates, place + r, UNITS)
        value = load(gates, place + r, 2 * UNITS)
        leave = load(gates, place + r, 3 * UNITS)
        cell = forget * load(before, earlier + r, unit) + enter * value
        store(cells, place + r, unit, cell)
        store(hidden, row + r, unit, leave * tanh(cell))


@compiled(nogil=True)
def retreat(
    gates, cells, grad_hidden, grad_cell, rows, grad_output, grad_input,
    panels, starts, worker, workers,
):  # fmt: skip
    """Take all steps of a layer backward: from dL/dh to dL/dz, z being the gates' inputs.

    Args:
        gates: (panel, row, LANES), as `advance` left them; overwritten with dL/dz.
        cells: (row, n), as `advance` left them.
        grad_hidden, grad_cell: (sequence, n), buffers for dL/dh and dL/dc between steps.
        rows: (sequence, 4 n), a buffer for dL/dz of one step.
        grad_output: (row, n), dL/dh of each step, from above; overwritten.
        grad_input: (row, inputs), overwritten with dL/dx; no columns if it is not needed.
        panels: (n / LANES + inputs / LANES, 4 n, LANES), see `lay_out_backward`.
        starts, worker, workers: see `advance`.
    """
    n_panels = len(gates)
    n = n_panels * UNITS
    recurrent = n // LANES
    zeros = np.zeros((ROWS, n), gates.dtype)
    for tile in range(worker * ROWS, starts[1], workers * ROWS):
        grad_hidden[tile : tile + ROWS] = 0
        grad_cell[tile : tile + ROWS] = 0
    for t in range(len(starts) - 2, -1, -1):
        start = starts[t]
        count = starts[t + 1] - start
        for tile in range(worker * ROWS, count, workers * ROWS):
            for b in range(tile, tile + ROWS):
                _add(grad_hidden[b], grad_output[start + b])
            before, earlier = zeros, 0
            if t > 0:
                before, earlier = cells, starts[t - 1] + tile
            for p in range(n_panels):
                unit, row = p * UNITS, start + tile
                if p + 1 < n_panels:
                    _fetch_tile(gates[p + 1], row, 0)
                _pass_back(
                    gates[p], cells, before, grad_hidden, grad_cell, rows,
                    unit, row, earlier, tile,
                )  # fmt: skip
        # No step comes before the first one: it needs dL/dx only.
        for q in range(recurrent if t == 0 else 0, len(panels)):
            for tile in range(worker * ROWS, count, workers * ROWS):
                d = rows[tile : tile + ROWS, : n_panels * LANES]
                row = start + tile
                if q < recurrent:
                    out = grad_hidden[tile : tile + ROWS, q * LANES : (q + 1) * LANES]
                else:
                    first = (q - recurrent) * LANES
                    out = grad_input[row : row + ROWS, first : first + LANES]
                set_product(out, d, panels[q])


@compiled()
def _add(total, more):
    for i in range(len(total)):
        total[i] += more[i]


@compiled()
def _pass_back(
    gates, cells, before, grad_hidden, grad_cell, rows, unit, row, earlier, sequence
):
    """Overwrite the gates of a tile with dL/dz, and dL/dc with that of the step before."""
    one = fill(gates.dtype.type(1))
    first = unit * GATES
    for r in range(ROWS):
        enter, forget = load(gates, row + r, 0), load(gates, row + r, UNITS)
        value = load(gates, row + r, 2 * UNITS)
        leave = load(gates, row + r, 3 * UNITS)
        y = tanh(load(cells, row + r, unit))
        b = sequence + r
        h = load(grad_hidden, b, unit)
        c = load(grad_cell, b, unit) + h * leave * (one - y * y)
        store(grad_cell, b, unit, c * forget)
        z = c * value * enter * (one - enter)
        store(gates, row + r, 0, z)
        store(rows, b, first, z)
        z = c * load(before, earlier + r, unit) * forget * (one - forget)
        store(gates, row + r, UNITS, z)
        store(rows, b, first + UNITS, z)
        z = c * enter * (one - value * value)
        store(gates, row + r, 2 * UNITS, z)
        store(rows, b, first + 2 * UNITS, z)
        z = h * y * leave * (one - leave)
        store(gates, row + r, 3 * UNITS, z)
        store(rows, b, first + 3 * UNITS, z)


@compiled(nogil=True)
def sum_gradient(recurrent, inputs, bias, adjoints, states, starts, worker, workers):
    """Sum the gradient of a layer's weights over all rows: dL/dzᵀ [h, x].

    Args:
        recurrent: (4, n, n), of whole tiles; overwritten.
        inputs: (4, n, columns), of whole tiles; overwritten.
        bias: (4, n), overwritten.
        adjoints: (panel, row, LANES), dL/dz as `retreat` left them.
        states: (row, width), as `advance` left them.
        starts: (step + 1,), row where each step begins.
        worker, workers: which panels to sum.
    """
    n, end = recurrent.shape[1], starts[-1]
    # Before the first step the hidden state is 0, so its rows add nothing to the gradient
    # of the recurrent weights.
    if starts[1] == end:
        for p in range(worker, len(adjoints), workers):
            recurrent[:, p * UNITS : (p + 1) * UNITS] = 0
    _sum_products(recurrent, adjoints, states, 0, starts[1], end, worker, workers)
    _sum_products(inputs, adjoints, states, n, 0, end, worker, workers)
    for p in range(worker, len(adjoints), workers):
        _sum_rows(bias[:, p * UNITS : (p + 1) * UNITS], adjoints[p, :end])


@compiled()
def _sum_products(grad, adjoints, states, first, begin, end, worker, workers):
    # The rows of a tile are far apart in memory. A copy without gaps serves all panels.
    n_tiles = grad.shape[2] // LANES
    x = np.empty((n_tiles, DEPTH, LANES), grad.dtype)
    for top in range(begin, end, DEPTH):
        bottom = min(top + DEPTH, end)
        for row in range(top, bottom):
            for c in range(n_tiles):
                copy(x[c], row - top, 0, states, row, first + c * LANES, LANES)
        for p in range(worker, len(adjoints), workers):
            for c in range(n_tiles):
                for gate in range(GATES):
                    d = adjoints[p, top:bottom, gate * UNITS : (gate + 1) * UNITS].T
                    unit, column = p * UNITS, c * LANES
                    tile = grad[gate, unit : unit + UNITS, column : column + LANES]
                    _fetch_tile(tile, 0, 0)
                    # Fetch a part of this worker's next panel with each tile of this one.
                    if p + workers < len(adjoints):
                        part = c * GATES + gate
                        for row in range(top + part, bottom, n_tiles * GATES):
                            fetch(adjoints[p + workers], row, 0)
                            fetch(adjoints[p + workers], row, LINE)
                    if top == begin:
                        set_product(tile, d, x[c, : bottom - top])
                    else:
                        add_product(tile, d, x[c, : bottom - top])


@compiled()
def _sum_rows(bias, adjoints):
    total = np.zeros(LANES, adjoints.dtype)
    for row in range(len(adjoints)):
        _add(total, adjoints[row])
    for gate in range(GATES):
        bias[gate] = total[gate * UNITS : (gate + 1) * UNITS]
