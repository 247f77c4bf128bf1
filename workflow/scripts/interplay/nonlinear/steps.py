"""The compiled loops over the steps of a batch: forward, and backward with the gradient.

Every matrix product is a loop over tiles (`interplay.kernels.tile`). Elementwise work of
a step is done while its data are still in the nearest cache. A whole batch is one call;
separate calls would find the caches filled with states of other steps.
"""

import numpy as np

from interplay.kernels.compiling import compiled
from interplay.kernels.tanh import tanh
from interplay.kernels.tile import LANES, ROWS, add_product, set_product

DEPTH = 256
"""rows of the buffers that are stepped back and summed at once, while in the cache"""


@compiled()
def advance(states, outputs, panels, inputs, W, B, C, dt):
    """Take all steps forward from x = 0: x = (1 - dt) x + dt (W r + B u), r = tanh(x).

    All numbers are of one type, float32 or float64.

    Args:
        states: (time + 1, trial, width), of whole tiles; overwritten with the rates r
            before each step, next to them its inputs u, and after the last step r.
        outputs: (time, trial, Nout), overwritten with C r after each step.
        panels: (N / LANES, K, LANES), K = N + Nin, where N is that of whole tiles; a
            buffer for the weights.
        inputs: (time, trial, Nin), u.
        W, B, C: the weights, (N, N), (N, Nin), (Nout, N).
        dt: the time step.
    """
    n_samples, n_trials, n_inputs = inputs.shape
    n_panels, depth, _ = panels.shape
    n = n_panels * LANES
    for i in range(len(W)):
        panel, lane = divmod(i, LANES)
        for k in range(len(W)):
            panels[panel, k, lane] = dt * W[i, k]
        for c in range(n_inputs):
            panels[panel, n + c, lane] = dt * B[i, c]
    states[:-1, :n_trials, n:depth] = inputs

    # Python's 1 would make the difference a float64.
    leak = states.dtype.type(1) - dt
    x = np.zeros((states.shape[1], n), states.dtype)
    first = _first_driven(states, n)
    states[: first + 1, :, :n] = 0
    outputs[:first] = 0
    for t in range(first, n_samples):
        # The state is 0 at the first driven step: its product needs the inputs only.
        used = n if t == first else 0
        for b in range(0, len(x), ROWS):
            now = states[t, b : b + ROWS, used:depth]
            after = states[t + 1, b : b + ROWS, :n]
            for p in range(n_panels):
                set_product(after[:, p * LANES : (p + 1) * LANES], now, panels[p, used:])
            for r in range(ROWS):
                _activate(x[b + r], states[t + 1, b + r, :n], leak)
        _read(outputs[t], C, states[t + 1])


@compiled()
def _first_driven(states, n):
    """Return the first step with an input: before it, the state stays at x = 0."""
    for t in range(len(states) - 1):
        if np.any(states[t, :, n:] != 0):
            return t
    return len(states) - 1


@compiled()
def _activate(x, rates, leak):
    """Set x to leak x + rates, and then rates to tanh(x)."""
    for i in range(len(x)):
        x[i] = leak * x[i] + rates[i]
        rates[i] = tanh(x[i])


@compiled(reassociate=True)
def _read(outputs, readout, states):
    for b in range(outputs.shape[0]):
        for c in range(outputs.shape[1]):
            total = outputs.dtype.type(0)
            for i in range(readout.shape[1]):
                total += readout[c, i] * states[b, i]
            outputs[b, c] = total


@compiled()
def retreat(
    adjoints,
    states,
    outputs,
    panels,
    sums,
    targets,
    mask,
    W,
    C,
    dt,
    grad_W,
    grad_B,
    grad_C,
):
    """Return the loss, ½ Σ mask (target - z)² / Σ mask, and find its gradient.

    From the last step to the first, with r = tanh(x) after a step,

        dL/dx[t] = (1 - dt) dL/dx[t+1] + (1 - r²) (dt Wᵀ dL/dx[t+1] + Cᵀ dL/dz[t-1]).

    Args:
        adjoints: (time + 1, trial, width), of whole tiles; overwritten with dt times
            dL/dx after each step, next to them the dL/dz before it.
        states: (time + 1, trial, width), as `advance` left them.
        outputs: (time, trial, Nout), as `advance` left them.
        panels: (N / LANES, K, LANES), K = N + Nout; a buffer for the weights.
        sums: two buffers, (at least N + Nout, N) and (at least Nin, N), of whole tiles.
        targets, mask: (time, trial, Nout).
        W, C: the weights, (N, N), (Nout, N).
        dt: the time step.
        grad_W, grad_B, grad_C: overwritten with dL/dW, dL/dB, dL/dC.

    Returns:
        The loss, summed in float64.
    """
    n_samples, n_trials, n_outputs = targets.shape
    n_panels = len(panels)
    n = n_panels * LANES
    for p in range(n_panels):
        lanes = min(LANES, len(W) - p * LANES)
        for k in range(len(W)):
            for i in range(lanes):
                panels[p, k, i] = dt * W[k, p * LANES + i]
        for c in range(n_outputs):
            for i in range(lanes):
                panels[p, n + c, i] = dt * C[c, p * LANES + i]

    counted = mask.dtype.type(mask.sum(dtype=np.float64))
    total = 0.0
    for t in range(n_samples):
        for b in range(n_trials):
            for c in range(n_outputs):
                error = outputs[t, b, c] - targets[t, b, c]
                grad_output = mask[t, b, c] * error / counted
                adjoints[t + 1, b, n + c] = grad_output
                total += np.float64(grad_output) * np.float64(error)

    sum_rates, sum_inputs = sums
    sum_rates[:] = 0
    sum_inputs[:] = 0
    trials = states.shape[1]
    first, last = _first_driven(states, n), n_samples
    adjoints[last, :, :n] = 0
    leak = states.dtype.type(1) - dt
    at_once = max(DEPTH // trials, 1)
    for stop in range(last + 1, first, -at_once):
        start = max(stop - at_once, first)
        for t in range(min(stop, last), start, -1):
            # No step follows the last one, so its adjoint has the part of the readout only.
            used = n if t == last else 0
            _step_back(adjoints[t - 1], adjoints[t], states[t], panels, leak, used)
        d = adjoints[start:stop].reshape(-1, adjoints.shape[2])
        s = states[start:stop].reshape(-1, states.shape[2])
        # r = 0 at the first step, and dL/dx = 0 after the last: neither adds to a sum.
        moving = trials if start == first else 0
        ended = len(d) - (trials if stop == last + 1 else 0)
        _add_products(sum_rates[:n], d[moving:ended, :n], s[moving:ended, :n])
        _add_products(sum_rates[n:], d[moving:, n:], s[moving:, :n])
        _add_products(sum_inputs, s[:, n:], d[:, :n])

    here = len(W)
    grad_W[:] = sum_rates[:here, :here]
    grad_C[:] = sum_rates[n : n + n_outputs, :here]
    grad_B[:] = sum_inputs[: grad_B.shape[1], :here].T
    return 0.5 * total


@compiled()
def _step_back(earlier, later, states, panels, leak, used):
    n_panels, depth, _ = panels.shape
    n = n_panels * LANES
    for b in range(0, len(later), ROWS):
        before, now = earlier[b : b + ROWS, :n], later[b : b + ROWS, used:depth]
        for p in range(n_panels):
            set_product(before[:, p * LANES : (p + 1) * LANES], now, panels[p, used:])
        for r in range(ROWS):
            _pass_back(earlier[b + r, :n], later[b + r, :n], states[b + r, :n], leak)


@compiled()
def _pass_back(earlier, later, rates, leak):
    """Set earlier to leak later + (1 - rates²) earlier."""
    one = later.dtype.type(1)
    for i in range(len(earlier)):
        earlier[i] = leak * later[i] + (one - rates[i] * rates[i]) * earlier[i]


@compiled()
def _add_products(total, a, b):
    """Accumulate aᵀ b separately, then add it to total: smaller rounding error."""
    if len(a) == 0:
        return
    for i in range(0, total.shape[0], ROWS):
        for j in range(0, total.shape[1], LANES):
            tile = total[i : i + ROWS, j : j + LANES]
            add_product(tile, a[:, i : i + ROWS].T, b[:, j : j + LANES])
