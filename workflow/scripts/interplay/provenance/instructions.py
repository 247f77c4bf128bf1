"""The instructions with which a job computed, and how to compute with them again.

OpenBLAS chooses its kernels by the processor, and Numba compiles for the processor. Other
instructions add in another order, and round differently.
"""

from collections.abc import Iterator, Mapping
from typing import Any

OPENBLAS = "openblas"

CORE = "OPENBLAS_CORETYPE"
"""variable of the environment that chooses the kernels of OpenBLAS"""

TARGET, FEATURES = "NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES"
"""variables of the environment that choose the processor for which Numba compiles"""

AVX2 = frozenset({"avx2", "fma"})
AVX512 = AVX2 | {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}
ZEN4 = AVX512 | {
    "avx512_bf16", "avx512_bitalg", "avx512_vbmi2", "avx512_vnni", "avx512_vpopcntdq",
    "avx512ifma", "avx512vbmi",
}  # fmt: skip
NEEDED = {
    "Haswell": AVX2,
    "Zen": AVX2,
    "SkylakeX": AVX512,
    "Cooperlake": AVX512 | {"avx512_bf16"},
}
"""vector instructions of the processor that kernels of OpenBLAS need, by their name"""

COMPILED = [
    ("Intel", AVX512, {TARGET: "skylake-avx512"}),
    ("Intel", AVX2, {TARGET: "haswell"}),
    # No other maker has SSE4a.
    ("AMD", ZEN4, {TARGET: "znver4", FEATURES: "-sse4a"}),
    ("AMD", AVX2, {TARGET: "znver3", FEATURES: "-sse4a"}),
]
"""maker of a processor, its vector instructions, and a processor of this kind that LLVM knows;
the first that fits counts"""

Machine = Mapping[str, Any]
"""of a receipt: processor; flags, its vector instructions; blas, libraries"""


def kernels_of(machine: Machine) -> set[str]:
    """Return the names of the kernels of all libraries for linear algebra of a job."""
    # OpenMP, which is listed as well where something loaded it, has no kernels.
    kernels = (library["architecture"] for library in machine.get("blas") or [])
    return {kernel for kernel in kernels if kernel}


def instructions_of_one_only(
    first: Machine, second: Machine, names: tuple[str, str]
) -> Iterator[str]:
    """Say which vector instructions one of two processors lacks, where both are known.

    Args:
        first: a machine.
        second: another.
        names: of the two.
    """
    if "flags" in first and "flags" in second:
        flags, others = set(first["flags"]), set(second["flags"])
        for only, name in zip((flags - others, others - flags), names, strict=True):
            if only:
                yield f"vector instructions of the {name} only: {', '.join(sorted(only))}"


def instructions_of(then: Machine, now: Machine) -> dict[str, str]:
    """Return the environment in which jobs compute with the instructions of an earlier job.

    Args:
        then: machine of the earlier job.
        now: the machine here.

    Returns:
        Values by variable: kernels of OpenBLAS, where those here are others; the kind of
        processor for which Numba compiles, where this one is of another kind. Nothing where
        this processor is not known to have the instructions.
    """
    return {**_kernels(then, now), **_compiled(then, now)}


def _kernels(then: Machine, now: Machine) -> dict[str, str]:
    libraries = then.get("blas") or []
    cores = {one["architecture"] for one in libraries if one["internal_api"] == OPENBLAS}
    if len(cores) != 1 or cores == kernels_of(now):
        return {}
    (core,) = cores
    can = core in NEEDED and NEEDED[core] <= set(now["flags"])
    return {CORE: core} if can else {}


def _compiled(then: Machine, now: Machine) -> dict[str, str]:
    kinds = [
        next(
            (
                (needed, target)
                for maker, needed, target in COMPILED
                if maker in machine.get("processor", "")
                and needed <= set(machine.get("flags", ()))
            ),
            None,
        )
        for machine in (then, now)
    ]
    if kinds[0] is None or kinds[0] == kinds[1]:
        return {}
    needed, target = kinds[0]
    return target if needed <= set(now["flags"]) else {}
