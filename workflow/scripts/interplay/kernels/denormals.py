"""Flush denormal numbers to zero, where the processor is an x86.

Gradients through many steps become denormal (below 1e-38), and arithmetic with denormal
numbers is many times slower.
"""

import platform
from collections.abc import Iterator
from contextlib import contextmanager

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from interplay.kernels.compiling import compiled

FLUSH_TO_ZERO, DENORMALS_ARE_ZERO = 1 << 15, 1 << 6
"""bits of the register that controls floating-point arithmetic"""

ALL = (1 << 32) - 1
"""all bits of the register"""


@intrinsic
def _change(context, kept, added):
    """Keep some bits of the register and set others; return the register as it was."""

    def generate(context, builder, signature, arguments):
        state = cgutils.alloca_once(builder, ir.IntType(32))
        pointer = builder.bitcast(state, ir.IntType(8).as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [pointer.type])

        def call(name):
            name = f"llvm.x86.sse.{name}"
            function = cgutils.get_or_insert_function(builder.module, kind, name)
            builder.call(function, [pointer])

        kept, added = arguments
        call("stmxcsr")
        before = builder.load(state)
        builder.store(builder.or_(builder.and_(before, kept), added), state)
        call("ldmxcsr")
        return before

    return types.uint32(types.uint32, types.uint32), generate


@compiled()
def _changed(kept, added):
    return _change(kept, added)


def flush_denormals() -> None:
    """Make this thread treat numbers below 1e-38 as 0; does nothing on other processors."""
    if _is_x86():
        _changed(ALL, FLUSH_TO_ZERO | DENORMALS_ARE_ZERO)


@contextmanager
def denormals_flushed() -> Iterator[None]:
    """Do the same in a block only: afterwards, the thread computes as it did before."""
    if not _is_x86():
        yield
        return
    before = _changed(ALL, FLUSH_TO_ZERO | DENORMALS_ARE_ZERO)
    try:
        yield
    finally:
        _changed(0, before)


def _is_x86() -> bool:
    return platform.machine() in ("x86_64", "AMD64")
