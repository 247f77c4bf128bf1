"""CPU seconds of things that do the same, measured in turn.

A machine that does other work too is slower in one minute than in the next. What
is compared is therefore timed in turn, round by round, next to a large matrix
product, and only ratios within one round are formed.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from threadpoolctl import threadpool_limits

from interplay.kernels.compiling import compiled
from interplay.kernels.tile import LANES, ROWS, buffer, set_product

ENGINE = "engine"
"""the project's own implementation; the others are measured against it"""

TILE_DEPTH = 128
"""of the tile by which the processor's peak is measured: 16 KiB of weights"""

SIDE = 1024
"""of the square matrices by which the machine's own rate is measured"""


@dataclass(frozen=True)
class Contender:
    """One implementation of something that takes epochs."""

    name: str
    run: Callable[[int], np.ndarray]
    """from the beginning for so many epochs; returns the loss of each"""
    epochs: int
    """of a timed run"""


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold torch, BLAS and OpenMP to one thread in the block, denormals flushed."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(before)
        torch.set_flush_denormal(False)


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds of one call, those of all threads of this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


def sgemm_rate(products: int = 3) -> float:
    """Return the machine's own rate, floating-point operations a CPU second.

    That of a float32 product of two 1024 × 1024 matrices by torch's BLAS or by
    NumPy's, whichever is faster; the median of a few products.
    """
    a, b, c = torch.rand(3, SIDE, SIDE).unbind(0)
    x, y, z = (matrix.numpy() for matrix in (a, b, c))
    times = [
        np.median([cpu_seconds(product) for _ in range(products)])
        for product in (lambda: torch.mm(a, b, out=c), lambda: np.dot(x, y, out=z))
    ]
    return 2 * SIDE**3 / min(times)


def tile_rate(products: int = 20_000) -> float:
    """Return the processor's peak, floating-point operations per CPU second.

    The peak is measured by the engines' own tile on data in the nearest cache; the median
    of a few timings.
    """
    single = np.dtype(np.float32)
    a, b = buffer((ROWS, TILE_DEPTH), single), buffer((TILE_DEPTH, LANES), single)
    out = buffer((ROWS, LANES), single)
    _repeat_product(out, a, b, 1)
    times = [cpu_seconds(lambda: _repeat_product(out, a, b, products)) for _ in range(3)]
    return 2 * ROWS * LANES * TILE_DEPTH * products / np.median(times)


@compiled()
def _repeat_product(out, a, b, times):
    for _ in range(times):
        set_product(out, a, b)


def check_agreement(
    contenders: Sequence[Contender], epochs: int, tolerance: float
) -> dict[str, float]:
    """Run the first epochs of each contender and compare the losses with the engine's.

    It also has everything compiled and loaded before it is timed.

    Returns:
        The largest relative difference of a loss, by contender; 0 for the engine.

    Raises:
        RuntimeError: it is larger than the tolerance, or the engine is not first.
    """
    if contenders[0].name != ENGINE:
        raise RuntimeError(f"expected the engine first, found {contenders[0].name}")
    expected = contenders[0].run(epochs)
    differences = {}
    for contender in contenders:
        losses = expected if contender.name == ENGINE else contender.run(epochs)
        difference = float(np.max(np.abs(losses / expected - 1)))
        if not difference <= tolerance:
            raise RuntimeError(
                f"{contender.name}: expected the engine's losses within {tolerance:g}, "
                f"found a relative difference of {difference:.2g}"
            )
        differences[contender.name] = difference
    return differences


def in_turn(contenders: Sequence[Contender], rounds: int) -> pd.DataFrame:
    """Time the contenders one after the other, round by round.

    Returns:
        A row a contender and round; columns implementation, round, epochs,
        cpu_seconds (per epoch), sgemm_rate and tile_rate (operations per second, in that
        round).
    """
    rows = []
    for number in range(rounds):
        rates = {"sgemm_rate": sgemm_rate(), "tile_rate": tile_rate()}
        for contender in contenders:
            seconds = cpu_seconds(lambda run=contender: run.run(run.epochs))
            rows.append(
                {
                    "implementation": contender.name,
                    "round": number,
                    "epochs": contender.epochs,
                    "cpu_seconds": seconds / contender.epochs,
                    **rates,
                }
            )
    return pd.DataFrame(rows)
