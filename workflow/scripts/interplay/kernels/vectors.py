"""Explicit vectors of WIDTH numbers, for loops that the compiler does not vectorise.

The compiler gives up on a loop over many arrays, since any two of them could overlap. With
explicit vectors the order of loads and stores is the one that is written.

Hardware prefetching covers contiguous data. The rows of a tile are far apart in memory: a
`fetch` before a product lets them arrive while the product is summed.
"""

import math
import operator

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel.models import PrimitiveModel
from numba.extending import intrinsic, overload, register_model

from interplay.kernels.tanh import DENOMINATOR, LARGEST, NUMERATOR, tanh
from interplay.kernels.tile import LANES, everywhere

WIDTH = LANES // 4
"""numbers in a vector"""


class Vector(types.Type):
    """WIDTH numbers of one type, in compiled code."""

    def __init__(self, number: types.Float):
        """Make the type of vectors of `number`."""
        self.number = number
        super().__init__(f"Vector({number}, {WIDTH})")


@register_model(Vector)
class _VectorModel(PrimitiveModel):
    def __init__(self, manager, kind):
        number = manager.lookup(kind.number).get_value_type()
        super().__init__(manager, kind, ir.VectorType(number, WIDTH))


@intrinsic
def load(context, array, row, column):
    """Return array[row, column : column + WIDTH], of a C-contiguous array."""

    def generate(context, builder, signature, arguments):
        place, size = _address(context, builder, signature, arguments)
        return builder.load(place, align=size)

    return Vector(array.dtype)(array, types.intp, types.intp), generate


@intrinsic
def store(context, array, row, column, vector):
    """Set array[row, column : column + WIDTH] to a vector."""

    def generate(context, builder, signature, arguments):
        place, size = _address(context, builder, signature, arguments)
        builder.store(arguments[3], place, align=size)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp, vector), generate


@intrinsic
def fetch(context, array, row, column):
    """Ask for the line of the cache that holds array[row, column], to be written."""

    def generate(context, builder, signature, arguments):
        place, _ = _address(context, builder, signature, arguments)
        pointer, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        prefetch = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(ir.VoidType(), [pointer, number, number, number]),
            "llvm.prefetch.p0i8",
        )
        # To be written, into the nearest cache, of data.
        options = [ir.Constant(number, value) for value in (1, 3, 1)]
        builder.call(prefetch, [builder.bitcast(place, pointer), *options])
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp), generate


def _address(context, builder, signature, arguments):
    """Return a pointer to the vector that begins at [row, column], and a number's size."""
    kind = signature.args[0]
    array = context.make_array(kind)(context, builder, arguments[0])
    number = context.get_data_type(kind.dtype)
    stride = cgutils.unpack_tuple(builder, array.strides)[0]
    first = builder.add(
        builder.ptrtoint(array.data, ir.IntType(64)), builder.mul(arguments[1], stride)
    )
    size = context.get_abi_sizeof(number)
    offset = builder.mul(arguments[2], ir.Constant(ir.IntType(64), size))
    pointer = ir.VectorType(number, WIDTH).as_pointer()
    return builder.inttoptr(builder.add(first, offset), pointer), size


@intrinsic
def fill(context, number):
    """Return a vector of equal numbers."""

    def generate(context, builder, signature, arguments):
        return everywhere(builder, arguments[0], WIDTH)

    return Vector(number)(number), generate


def _arithmetic(name):
    """Return an intrinsic: an operation of two vectors, products and sums contracted."""

    @intrinsic
    def operation(context, a, b):
        def generate(context, builder, signature, arguments):
            return getattr(builder, name)(*arguments, flags=("contract",))

        return a(a, b), generate

    return operation


def _on_vectors(operation, function):
    @overload(operation, inline="always")
    def compiled_operation(a, b):
        if isinstance(a, Vector) and isinstance(b, Vector):
            return lambda a, b: function(a, b)
        return None


_on_vectors(operator.add, _arithmetic("fadd"))
_on_vectors(operator.sub, _arithmetic("fsub"))
_on_vectors(operator.mul, _arithmetic("fmul"))
_on_vectors(operator.truediv, _arithmetic("fdiv"))


@intrinsic
def _exact_tanh(context, x):
    """Return tanh of each number, in double precision."""

    def generate(context, builder, signature, arguments):
        vector = arguments[0]
        for lane in range(WIDTH):
            place = ir.Constant(ir.IntType(32), lane)
            value = context.compile_internal(
                builder,
                lambda number: math.tanh(number),
                types.float64(types.float64),
                [builder.extract_element(arguments[0], place)],
            )
            vector = builder.insert_element(vector, value, place)
        return vector

    return x(x), generate


@intrinsic
def _rational_tanh(context, x):
    """Return tanh of each number, in single precision; see `tanh.rational_tanh`."""

    def generate(context, builder, signature, arguments):
        def constant(value):
            number = ir.Constant(ir.FloatType(), float(np.float32(value)))
            return ir.Constant(ir.VectorType(ir.FloatType(), WIDTH), [number] * WIDTH)

        def clamp(value, bound):
            for sign, comparison in ((-1, "<"), (1, ">")):
                limit = constant(sign * bound)
                outside = builder.fcmp_ordered(comparison, value, limit)
                value = builder.select(outside, limit, value)
            return value

        def polynomial(coefficients, y):
            value = constant(coefficients[0])
            for coefficient in coefficients[1:]:
                value = builder.fmul(value, y, flags=("contract",))
                value = builder.fadd(value, constant(coefficient), flags=("contract",))
            return value

        x = clamp(arguments[0], LARGEST)
        y = builder.fmul(x, x)
        p = builder.fmul(x, polynomial(NUMERATOR, y))
        return clamp(builder.fdiv(p, polynomial(DENOMINATOR, y)), 1.0)

    return x(x), generate


@overload(tanh, inline="always")
def _vector_tanh(x):
    if isinstance(x, Vector):
        if x.number == types.float32:
            return lambda x: _rational_tanh(x)
        return lambda x: _exact_tanh(x)
    return None
