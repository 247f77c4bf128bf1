"""Fetch parts of arrays into the nearest cache before they are needed.

Hardware prefetching covers contiguous data. The rows of a tile are far apart in memory: a
prefetch before a product lets them arrive while the product is summed.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def fetch(context, array, row, column):
    """Ask for the line of the cache that holds array[row, column], to be written."""

    def generate(context, builder, signature, arguments):
        kind = signature.args[0]
        data = context.make_array(kind)(context, builder, arguments[0])
        strides = cgutils.unpack_tuple(builder, data.strides)
        offsets = map(builder.mul, arguments[1:], strides)
        address = builder.add(
            builder.ptrtoint(data.data, ir.IntType(64)), builder.add(*offsets)
        )
        pointer, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        prefetch = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(ir.VoidType(), [pointer, number, number, number]),
            "llvm.prefetch.p0i8",
        )
        # To be written, into the nearest cache, of data.
        options = [ir.Constant(number, value) for value in (1, 3, 1)]
        builder.call(prefetch, [builder.inttoptr(address, pointer), *options])
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp), generate
