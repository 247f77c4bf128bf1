"""A tile of a matrix product, summed in the processor's registers.

Weights are laid out once as *panels*, LANES columns wide, and reused in every step. A
small product then runs at the speed of a large one, which no BLAS call achieves.
Buffers consist of whole tiles (see `padded`). Padding is always zero.
"""

import math

import numpy as np
from llvmlite import binding, ir
from numba.core import cgutils, types
from numba.extending import intrinsic

# The largest tile whose sums fit into the registers: 16 of the 32 registers of 16
# numbers (AVX-512), or 8 of the 16 registers of 8 numbers.
ROWS, LANES = (8, 32) if binding.get_host_cpu_features().get("avx512f") else (4, 16)

LINE = 16
"""numbers (float32) in a cache line; rows of buffers begin at the start of one"""


def padded(length: int, unit: int) -> int:
    """Return the smallest multiple of `unit` that is not below `length`."""
    return -(-length // unit) * unit


def buffer(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return an array of zeros that begins at the start of a cache line."""
    size, line = math.prod(shape), LINE * 4
    memory = np.zeros(size * dtype.itemsize + line, np.uint8)
    start = -memory.ctypes.data % line
    return memory[start : start + size * dtype.itemsize].view(dtype).reshape(shape)


@intrinsic
def set_product(context, out, a, b):
    """Set out to a @ b.

    Args:
        out: ROWS × LANES numbers; each row is contiguous.
        a: ROWS × K numbers; K is not 0.
        b: K × LANES numbers; each row is contiguous.
    """
    return types.void(out, a, b), _product(added=False)


@intrinsic
def add_product(context, out, a, b):
    """Add a @ b, summed first, to out; see `set_product`."""
    return types.void(out, a, b), _product(added=True)


def everywhere(builder, value, count: int):
    """Build a vector of `count` equal numbers, in the code generator of an intrinsic."""
    kind, lane = ir.VectorType(value.type, count), ir.IntType(32)
    empty = ir.Constant(kind, ir.Undefined)
    first = builder.insert_element(empty, value, ir.Constant(lane, 0))
    zeros = ir.Constant(ir.VectorType(lane, count), [0] * count)
    return builder.shuffle_vector(first, empty, zeros)


def _product(added: bool):
    """Return the code generator of a tile's product, which sets `out` or adds to it."""

    def generate(context, builder, signature, arguments):
        number = context.get_data_type(signature.args[0].dtype)
        size = context.get_abi_sizeof(number)
        half = ir.VectorType(number, LANES // 2)
        index = ir.IntType(64)
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
            number_of_a = builder.load(address(1, constant(r), k, number))
            factor = everywhere(builder, number_of_a, LANES // 2)
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
