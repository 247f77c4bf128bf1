"""Flush denormal numbers to zero, where the processor is an x86.

Gradients through many steps become denormal (below 1e-38), and arithmetic with denormal
numbers is many times slower.
"""

import platform

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from interplay.kernels.compiling import compiled


@intrinsic
def _set_flags(context):
    """Set two bits of the register that controls floating-point arithmetic."""

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


@compiled()
def _flush_denormals():
    _set_flags()


def flush_denormals() -> None:
    """Make this thread treat numbers below 1e-38 as 0; does nothing on other processors."""
    if platform.machine() in ("x86_64", "AMD64"):
        _flush_denormals()
