"""The three passes of a gradient: steps forward, steps back, and the sum over steps.

On the CPU they are compiled loops over tiles of a matrix product. A tile stays in
the processor's registers while it is summed, so that what is elementwise in a
step is done to it while it is still in the nearest cache; and since weights are
laid out for it once for all steps, a small product runs at the speed of a large
one, which no BLAS call does. Other devices take the same three passes in torch.

Buffers are made of whole tiles: see `padded`. What is padded is zero, and stays so.
"""

import math
from itertools import pairwise

import numba
import numpy as np
import torch
from llvmlite import binding, ir
from numba import float32
from numba.core import cgutils, types
from numba.extending import intrinsic, overload

# The largest tile whose sums fit into the registers: 16 of the 32 that hold 16
# numbers, or 8 of the 16 that hold 8.
ROWS, LANES = (8, 32) if binding.get_host_cpu_features().get("avx512f") else (4, 16)

LINE = 16
"""numbers (float32) of a line of the cache; rows of buffers begin on one"""

DEPTH = 256
"""rows of the buffers that are taken back and summed at once, while in the cache"""

# "contract" lets a product and a sum become one instruction. The order of every sum is
# written down, so that the loops are the same on every run. All that is compiled stands
# in this file, since numba's cache would not notice a change in another one.
compiled = numba.njit(cache=True, fastmath={"contract"}, error_model="numpy")


def padded(length: int, unit: int) -> int:
    """Return the smallest multiple of `unit` that is not below `length`."""
    return -(-length // unit) * unit


def advance(
    states: torch.Tensor, weights: torch.Tensor, leak: float, readout: torch.Tensor
) -> torch.Tensor:
    """Take all steps forward from x = 0: x = leak x + s weights, rates = tanh(x).

    Args:
        states: (time, trial, width), s; the first N columns of each but the first
            are overwritten with the rates.
        weights: (K, N), for the first K ≤ width columns of s; N is a multiple of
            LANES and the number of trials one of ROWS, on the CPU.
        leak: 1 - dt.
        readout: (Nout, at most N), C.

    Returns:
        (time - 1, trial, Nout), the readout of the rates after each step.
    """
    if states.device.type == "cpu":
        outputs = states.new_empty(len(states) - 1, states.shape[1], len(readout))
        arrays = [tensor.numpy() for tensor in (states, outputs, readout.contiguous())]
        _advance(*arrays, _panels(weights), arrays[0].dtype.type(leak))
        return outputs
    return advance_in_torch(states, weights, leak, readout)


def advance_in_torch(
    states: torch.Tensor, weights: torch.Tensor, leak: float, readout: torch.Tensor
) -> torch.Tensor:
    """Do the same as `advance` on any device."""
    depth, n = weights.shape
    x = states.new_zeros(states.shape[1], n)
    for now, after in pairwise(states):
        torch.addmm(x, now[:, :depth], weights, beta=leak, out=x)
        torch.tanh(x, out=after[:, :n])
    return states[1:, :, : readout.shape[1]] @ readout.T


def retreat(
    adjoints: torch.Tensor,
    states: torch.Tensor,
    weights: torch.Tensor,
    leak: float,
    of_rates: torch.Tensor,
    of_inputs: torch.Tensor,
) -> None:
    """Take all steps back: d[t-1] = leak d[t] + (1 - rates[t]²) (d[t] weights).

    Args:
        adjoints: (time, trial, width), d; the first N columns of each but the last
            are overwritten.
        states: (time, trial, width), s, as `advance` left them.
        weights: (K, N), as for `advance`.
        leak: 1 - dt.
        of_rates: (at least K, N), overwritten with the sum of d[t]ᵀ rates[t] over all
            steps and trials, for the first columns of d.
        of_inputs: (at least Nin, N), overwritten with that of u[t]ᵀ d[t], where u are
            the columns of s beyond the N rates.
    """
    if states.device.type == "cpu":
        buffers = adjoints, states, of_rates, of_inputs
        arrays = [tensor.numpy() for tensor in buffers]
        _retreat(*arrays, _panels(weights), arrays[0].dtype.type(leak))
    else:
        retreat_in_torch(adjoints, states, weights, leak, of_rates, of_inputs)


def retreat_in_torch(
    adjoints: torch.Tensor,
    states: torch.Tensor,
    weights: torch.Tensor,
    leak: float,
    of_rates: torch.Tensor,
    of_inputs: torch.Tensor,
) -> None:
    """Do the same as `retreat` on any device."""
    depth, n = weights.shape
    for t in range(len(adjoints) - 1, 0, -1):
        rates, later = states[t, :, :n], adjoints[t]
        recurrent = later[:, :depth] @ weights
        slope = 1 - rates * rates
        torch.addcmul(leak * later[:, :n], slope, recurrent, out=adjoints[t - 1, :, :n])
    d, s = adjoints.flatten(0, 1), states.flatten(0, 1)
    torch.mm(d[:, : len(of_rates)].T, s[:, :n], out=of_rates)
    torch.mm(s[:, n : n + len(of_inputs)].T, d[:, :n], out=of_inputs)


def _panels(weights: torch.Tensor) -> np.ndarray:
    """Lay weights out in the order in which tiles read them: (panel, K, LANES)."""
    depth, n = weights.shape
    split = weights.view(depth, n // LANES, LANES)
    return split.transpose(0, 1).contiguous().numpy()


@intrinsic
def _add_product(context, out, a, b):
    """Add a @ b to out, arrays of ROWS × LANES, ROWS × K and K × LANES numbers.

    Rows of `out` and of `b` are contiguous.
    """

    def generate(context, builder, signature, arguments):
        number = context.get_data_type(signature.args[0].dtype)
        size = context.get_abi_sizeof(number)
        half = ir.VectorType(number, LANES // 2)
        index, lane = ir.IntType(64), ir.IntType(32)
        arrays = [
            context.make_array(kind)(context, builder, value)
            for kind, value in zip(signature.args, arguments, strict=True)
        ]
        strides = [cgutils.unpack_tuple(builder, array.strides) for array in arrays]
        depth = cgutils.unpack_tuple(builder, arrays[2].shape)[0]

        def address(which, row, column, kind):
            """Return a pointer to an element of out, a or b, as one to `kind`."""
            offsets = [
                builder.mul(place, stride)
                for place, stride in zip((row, column), strides[which], strict=True)
            ]
            data = builder.ptrtoint(arrays[which].data, index)
            return builder.inttoptr(
                builder.add(data, builder.add(*offsets)), kind.as_pointer()
            )

        def constant(value):
            return ir.Constant(index, value)

        def halves(which, row):
            columns = (constant(0), constant(LANES // 2))
            return [address(which, row, column, half) for column in columns]

        def everywhere(value):
            empty = ir.Constant(half, ir.Undefined)
            first = builder.insert_element(empty, value, ir.Constant(lane, 0))
            zeros = ir.Constant(ir.VectorType(lane, LANES // 2), [0] * (LANES // 2))
            return builder.shuffle_vector(first, empty, zeros)

        places = [place for r in range(ROWS) for place in halves(0, constant(r))]
        before = [builder.load(place, align=size) for place in places]
        start = builder.block
        loop = builder.append_basic_block("product")
        end = builder.append_basic_block("end")
        builder.branch(loop)

        builder.position_at_end(loop)
        k = builder.phi(index)
        sums = [builder.phi(half) for _ in places]
        columns = [builder.load(place, align=size) for place in halves(2, k)]
        after = []
        for r in range(ROWS):
            factor = everywhere(builder.load(address(1, constant(r), k, number)))
            for side, column in enumerate(columns):
                product = builder.fmul(factor, column, flags=("contract",))
                total = builder.fadd(sums[2 * r + side], product, flags=("contract",))
                after.append(total)
        following = builder.add(k, constant(1))
        k.add_incoming(constant(0), start)
        k.add_incoming(following, loop)
        for one, first, last in zip(sums, before, after, strict=True):
            one.add_incoming(first, start)
            one.add_incoming(last, loop)
        builder.cbranch(builder.icmp_signed("<", following, depth), loop, end)

        builder.position_at_end(end)
        for place, value in zip(places, after, strict=True):
            builder.store(value, place, align=size)
        return context.get_dummy_value()

    return types.void(out, a, b), generate


@numba.njit(inline="always")
def rational_tanh(x):
    """Tanh in single precision, within 3 ulp: a quotient of two polynomials in x².

    The coefficients minimise the largest relative error over |x| < 9.011, beyond
    which tanh rounds to ±1 (a 4/4 minimax fit, error 2.1e-8).
    """
    x = min(max(x, float32(-9.011)), float32(9.011))
    y = x * x
    p = float32(1.3365969097319368e-08)
    p = p * y + float32(2.0617235545034604e-05)
    p = p * y + float32(3.496083818628742e-03)
    p = p * y + float32(1.338144321896939e-01)
    p = p * y + float32(9.999999796851601e-01)
    q = float32(7.781183134308355e-07)
    q = q * y + float32(3.2864452119758146e-04)
    q = q * y + float32(2.5878868585185563e-02)
    q = q * y + float32(4.671475894609823e-01)
    q = q * y + float32(1)
    return min(max(x * p / q, float32(-1)), float32(1))


def _tanh(x):
    """Tanh as fast as the precision allows; only for compiled code."""
    raise NotImplementedError


@overload(_tanh, inline="always")
def _compiled_tanh(x):
    if x == float32:
        return lambda x: rational_tanh(x)
    return lambda x: math.tanh(x)


@compiled
def _advance(states, outputs, readout, panels, leak):
    steps, trials, _ = states.shape
    n_panels, depth, _ = panels.shape
    x = np.zeros((trials, n_panels * LANES), states.dtype)
    tile = np.empty((ROWS, LANES), states.dtype)
    for t in range(steps - 1):
        for b in range(0, trials, ROWS):
            for p in range(n_panels):
                tile[:] = 0
                _add_product(tile, states[t, b : b + ROWS, :depth], panels[p])
                here = slice(p * LANES, (p + 1) * LANES)
                for r in range(ROWS):
                    of_x, rates = x[b + r, here], states[t + 1, b + r, here]
                    for i in range(LANES):
                        of_x[i] = leak * of_x[i] + tile[r, i]
                        rates[i] = _tanh(of_x[i])
        _read(outputs[t], readout, states[t + 1])


# "reassoc" lets the sum be taken in as many parts as there are lanes, always the same.
@numba.njit(cache=True, fastmath={"contract", "reassoc"})
def _read(outputs, readout, states):
    for b in range(outputs.shape[0]):
        for c in range(outputs.shape[1]):
            total = outputs.dtype.type(0)
            for i in range(readout.shape[1]):
                total += readout[c, i] * states[b, i]
            outputs[b, c] = total


@compiled
def _retreat(adjoints, states, of_rates, of_inputs, panels, leak):
    steps, trials, _ = adjoints.shape
    n = of_rates.shape[1]
    at_once = max(DEPTH // trials, 1)
    of_rates[:] = 0
    of_inputs[:] = 0
    tile = np.empty((ROWS, LANES), adjoints.dtype)
    for stop in range(steps, 0, -at_once):
        start = max(stop - at_once, 0)
        for t in range(min(stop, steps - 1), start, -1):
            _step_back(adjoints[t - 1], adjoints[t], states[t], panels, leak, tile)
        d = adjoints[start:stop].reshape(-1, adjoints.shape[2])
        s = states[start:stop].reshape(-1, states.shape[2])
        _add_products(of_rates, d, s[:, :n], tile)
        _add_products(of_inputs, s[:, n:], d[:, :n], tile)


@compiled
def _step_back(earlier, later, states, panels, leak, tile):
    n_panels, depth, _ = panels.shape
    one = later.dtype.type(1)
    for b in range(0, len(later), ROWS):
        for p in range(n_panels):
            tile[:] = 0
            _add_product(tile, later[b : b + ROWS, :depth], panels[p])
            here = slice(p * LANES, (p + 1) * LANES)
            for r in range(ROWS):
                new, old, rates = (
                    earlier[b + r, here],
                    later[b + r, here],
                    states[b + r, here],
                )
                for i in range(LANES):
                    new[i] = leak * old[i] + (one - rates[i] * rates[i]) * tile[r, i]


@compiled
def _add_products(total, a, b, tile):
    """Add aᵀ b to total, summed apart from it: a sum of sums is the more exact one."""
    for i in range(0, total.shape[0], ROWS):
        for j in range(0, total.shape[1], LANES):
            tile[:] = 0
            _add_product(tile, a[:, i : i + ROWS].T, b[:, j : j + LANES])
            for r in range(ROWS):
                row = total[i + r, j : j + LANES]
                for k in range(LANES):
                    row[k] += tile[r, k]
