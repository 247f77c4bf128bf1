"""The kernels for linear algebra with which a job ran, and how to run it with them again.

OpenBLAS chooses kernels by the processor, and other kernels round differently.
"""

from collections.abc import Collection, Mapping
from typing import Any

OPENBLAS = "openblas"

CORE = "OPENBLAS_CORETYPE"
"""variable of the environment that chooses the kernels of OpenBLAS"""

AVX2 = frozenset({"avx2", "fma"})
AVX512 = AVX2 | {"avx512f", "avx512bw", "avx512dq", "avx512vl"}
NEEDED = {
    "Haswell": AVX2,
    "Zen": AVX2,
    "SkylakeX": AVX512,
    "Cooperlake": AVX512 | {"avx512_bf16"},
}
"""vector instructions of the processor that kernels of OpenBLAS need, by their name"""


def kernels_of(machine: Mapping[str, Any]) -> set[str]:
    """Return the names of the kernels of all libraries for linear algebra of a job.

    Args:
        machine: of the job's receipt.
    """
    # OpenMP, which is listed as well where something loaded it, has no kernels.
    kernels = (library["architecture"] for library in machine.get("blas") or [])
    return {kernel for kernel in kernels if kernel}


def chosen_kernels(then: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, str]:
    """Return the environment in which OpenBLAS uses the kernels of an earlier job.

    Args:
        then: machine of the earlier job's receipt.
        now: the machine here, with its vector instructions in `flags`.

    Returns:
        A variable and its value; nothing where the kernels here are the same, or where this
        processor is not known to have the instructions that they need.
    """
    libraries = then.get("blas") or []
    cores: Collection[str] = {
        one["architecture"] for one in libraries if one["internal_api"] == OPENBLAS
    }
    if len(cores) != 1 or cores == kernels_of(now):
        return {}
    (core,) = cores
    can = core in NEEDED and NEEDED[core] <= set(now["flags"])
    return {CORE: core} if can else {}
