"""The compiled loops over the steps of a batch: forward, and back with the gradient.

They are loops over tiles of a matrix product. A tile stays in the processor's
registers while it is summed, and since weights are laid out for it once for all steps, a
small product runs at the speed of a large one, which no BLAS call does. What is
elementwise in a step is done while it is still in the nearest cache. A batch is one
call: whatever else it took would find the caches full of states.

Buffers are made of whole tiles: see `padded`. What is padded is zero, and stays so.
"""

import math
import platform

import numba
import numpy as np
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


def buffer(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return zeros that begin on a line of the cache."""
    size, line = math.prod(shape), LINE * 4
    memory = np.zeros(size * dtype.itemsize + line, np.uint8)
    start = -memory.ctypes.data % line
    return memory[start : start + size * dtype.itemsize].view(dtype).reshape(shape)


@intrinsic
def _flush(context):
    """Set two bits of the x86 register that rules over floating-point arithmetic."""

    def generate(context, builder, signature, arguments):
        state = cgutils.alloca_once(builder, ir.IntType(32))
        pointer = builder.bitcast(state, ir.IntType(8).as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [pointer.type])

        def call(name):
            name = f"llvm.x86.sse.{name}"
            function = cgutils.get_or_insert_function(builder.module, kind, name)
            builder.call(function, [pointer])

        flush_to_zero, denormals_are_zero = 1 << 15, 1 << 6
        bits = ir.Constant(ir.IntType(32), flush_to_zero | denormals_are_zero)
        call("stmxcsr")
        builder.store(builder.or_(builder.load(state), bits), state)
        call("ldmxcsr")
        return context.get_dummy_value()

    return types.void(), generate


@compiled
def _flush_denormals():
    _flush()


def flush_denormals() -> None:
    """Have this thread take numbers below 1e-38 for 0, where the processor is an x86.

    Gradients through many steps come there, and arithmetic slows down many times.
    """
    if platform.machine() in ("x86_64", "AMD64"):
        _flush_denormals()


@intrinsic
def _set_product(context, out, a, b):
    """Set out to a @ b, arrays of ROWS × LANES, ROWS × K and K × LANES numbers.

    Rows of `out` and of `b` are contiguous; K is not 0.
    """
    return types.void(out, a, b), _product(added=False)


@intrinsic
def _add_product(context, out, a, b):
    """Add a @ b, summed first, to out; see `_set_product`."""
    return types.void(out, a, b), _product(added=True)


def _product(added: bool):
    """Return the generator of a tile's product, and of what is done with it."""

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
        zeros = ir.Constant(half, [0] * (LANES // 2))
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
        for one, last in zip(sums, after, strict=True):
            one.add_incoming(zeros, start)
            one.add_incoming(last, loop)
        builder.cbranch(builder.icmp_signed("<", following, depth), loop, end)

        builder.position_at_end(end)
        for place, value in zip(places, after, strict=True):
            if added:
                value = builder.fadd(builder.load(place, align=size), value)
            builder.store(value, place, align=size)
        return context.get_dummy_value()

    return generate


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
def advance(states, outputs, panels, inputs, W, B, C, dt):
    """Take all steps forward from x = 0: x = (1 - dt) x + dt (W r + B u), r = tanh(x).

    All numbers are of one type, float32 or float64.

    Args:
        states: (time + 1, trial, width), of whole tiles; overwritten with the rates r
            before each step, beside them its inputs u, and after the last step r.
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

    leak = states.dtype.type(1) - dt
    x = np.zeros((states.shape[1], n), states.dtype)
    first = _first_driven(states, n)
    states[: first + 1, :, :n] = 0
    outputs[:first] = 0
    for t in range(first, n_samples):
        used = n if t == first else 0
        for b in range(0, len(x), ROWS):
            now = states[t, b : b + ROWS, used:depth]
            after = states[t + 1, b : b + ROWS, :n]
            for p in range(n_panels):
                _set_product(after[:, p * LANES : (p + 1) * LANES], now, panels[p, used:])
            for r in range(ROWS):
                _activate(x[b + r], states[t + 1, b + r, :n], leak)
        _read(outputs[t], C, states[t + 1])


@compiled
def _first_driven(states, n):
    """Return the first step with an input: until then a network is at rest, x = 0."""
    for t in range(len(states) - 1):
        if np.any(states[t, :, n:] != 0):
            return t
    return len(states) - 1


@compiled
def _activate(x, rates, leak):
    """Set x to leak x + rates, and then rates to tanh(x)."""
    for i in range(len(x)):
        x[i] = leak * x[i] + rates[i]
        rates[i] = _tanh(x[i])


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
def retreat(
    adjoints, states, outputs, panels, sums, targets, mask, W, C, dt, of_W, of_B, of_C
):
    """Return the loss, ½ Σ mask (target - z)² / Σ mask, and find its gradient.

    From the last step to the first, with r = tanh(x) after a step,

        dL/dx[t] = (1 - dt) dL/dx[t+1] + (1 - r²) (dt Wᵀ dL/dx[t+1] + Cᵀ dL/dz[t-1]).

    Args:
        adjoints: (time + 1, trial, width), of whole tiles; overwritten with dt times
            dL/dx after each step, beside them the dL/dz before it.
        states: (time + 1, trial, width), as `advance` left them.
        outputs: (time, trial, Nout), as `advance` left them.
        panels: (N / LANES, K, LANES), K = N + Nout; a buffer for the weights.
        sums: two buffers, (at least N + Nout, N) and (at least Nin, N), of whole tiles.
        targets, mask: (time, trial, Nout).
        W, C: the weights, (N, N), (Nout, N).
        dt: the time step.
        of_W, of_B, of_C: overwritten with dL/dW, dL/dB, dL/dC.

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
                of_output = mask[t, b, c] * error / counted
                adjoints[t + 1, b, n + c] = of_output
                total += np.float64(of_output) * np.float64(error)

    of_rates, of_inputs = sums
    of_rates[:] = 0
    of_inputs[:] = 0
    trials = states.shape[1]
    first, last = _first_driven(states, n), n_samples
    adjoints[last, :, :n] = 0
    leak = states.dtype.type(1) - dt
    at_once = max(DEPTH // trials, 1)
    for stop in range(last + 1, first, -at_once):
        start = max(stop - at_once, first)
        for t in range(min(stop, last), start, -1):
            # Nothing comes after the last step, so that only its readout is there.
            used = n if t == last else 0
            _step_back(adjoints[t - 1], adjoints[t], states[t], panels, leak, used)
        d = adjoints[start:stop].reshape(-1, adjoints.shape[2])
        s = states[start:stop].reshape(-1, states.shape[2])
        moving = trials if start == first else 0
        ended = len(d) - (trials if stop == last + 1 else 0)
        _add_products(of_rates[:n], d[moving:ended, :n], s[moving:ended, :n])
        _add_products(of_rates[n:], d[moving:, n:], s[moving:, :n])
        _add_products(of_inputs, s[:, n:], d[:, :n])

    here = len(W)
    of_W[:] = of_rates[:here, :here]
    of_C[:] = of_rates[n : n + n_outputs, :here]
    of_B[:] = of_inputs[: of_B.shape[1], :here].T
    return 0.5 * total


@compiled
def _step_back(earlier, later, states, panels, leak, used):
    n_panels, depth, _ = panels.shape
    n = n_panels * LANES
    for b in range(0, len(later), ROWS):
        before, now = earlier[b : b + ROWS, :n], later[b : b + ROWS, used:depth]
        for p in range(n_panels):
            _set_product(before[:, p * LANES : (p + 1) * LANES], now, panels[p, used:])
        for r in range(ROWS):
            _pass_back(earlier[b + r, :n], later[b + r, :n], states[b + r, :n], leak)


@compiled
def _pass_back(earlier, later, rates, leak):
    """Set earlier to leak later + (1 - rates²) earlier."""
    one = later.dtype.type(1)
    for i in range(len(earlier)):
        earlier[i] = leak * later[i] + (one - rates[i] * rates[i]) * earlier[i]


@compiled
def _add_products(total, a, b):
    """Add aᵀ b to total, summed apart from it: a sum of sums is the more exact one."""
    if len(a) == 0:
        return
    for i in range(0, total.shape[0], ROWS):
        for j in range(0, total.shape[1], LANES):
            tile = total[i : i + ROWS, j : j + LANES]
            _add_product(tile, a[:, i : i + ROWS].T, b[:, j : j + LANES])
