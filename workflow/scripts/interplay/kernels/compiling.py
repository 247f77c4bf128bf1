"""Numba's decorator, with a cache that also notices changes in this package.

Numba stores machine code next to the file of a compiled function and discards it when
that file changes. It does not look at the functions that were compiled into it. Here
the name of the cache folder is the hash of all files of this package, so a change to a
kernel recompiles everything that contains it.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba

PACKAGE = Path(__file__).parent


def compiled(nogil: bool = False, reassociate: bool = False) -> Callable[[Any], Any]:
    """Return a decorator that compiles a function and caches its machine code.

    Multiplication and addition may become one instruction; the order of every sum stays
    as written, so two runs give the same bits.

    Args:
        nogil: release the interpreter's lock, for functions that run in several threads.
        reassociate: let the compiler split a sum into as many parts as a register has
            lanes. The split is fixed when the function is compiled.
    """
    flags = {"contract", "reassoc"} if reassociate else {"contract"}

    def decorate(function: Any) -> Any:
        before = numba.config.CACHE_DIR
        numba.config.CACHE_DIR = _cache_folder()
        try:
            return numba.njit(
                cache=True, fastmath=flags, error_model="numpy", nogil=nogil
            )(function)
        finally:
            numba.config.CACHE_DIR = before

    return decorate


@cache
def _cache_folder() -> str:
    digest = hashlib.sha256()
    for file in sorted(PACKAGE.glob("*.py")):
        digest.update(file.read_bytes())
    return str(PACKAGE / "__pycache__" / digest.hexdigest()[:16])
