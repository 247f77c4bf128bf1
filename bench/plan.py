"""The measurements and their sizes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from bench import linear, lstm, nonlinear
from bench.report import COLUMNS, growth_exponent, summary
from bench.timing import Contender, check_agreement, in_turn
from interplay.configuration.experiments import PAPER_TASKS

COMPARED = 10
"""epochs over which an implementation has to have the engine's losses"""

TOLERANCE = 1e-3
"""relative, of those losses: they are computed in single precision"""


@dataclass(frozen=True)
class Plan:
    """Sizes of the measurements; the defaults are the paper's."""

    tasks: tuple[str, ...] = PAPER_TASKS
    n: int = 256
    sizes: tuple[int, ...] = (64, 128, 256, 512, 1024)
    """N, of the engine alone, on the first task"""
    epochs: int = 50
    rounds: int = 5
    linear_n: int = 1024
    linear_epochs: int = 200
    dense_epochs: int = 2
    """of the linear network's reference, which needs seconds for each"""
    units: int = 256
    """a layer of the LSTM"""
    sentences: int = 640
    lstm_epochs: int = 4
    """of a timed run; work done once per run is little compared with 500 epochs"""


QUICK = Plan(
    sizes=(64, 128, 256),
    epochs=10,
    rounds=3,
    linear_n=256,
    linear_epochs=50,
    sentences=192,
    lstm_epochs=2,
)


@dataclass(frozen=True)
class Measurements:
    """All that one run of the benchmark found."""

    table: pd.DataFrame
    """`report.COLUMNS`"""
    timings: pd.DataFrame
    """every single timing: experiment, case, N, and the columns of `timing.in_turn`"""
    differences: dict[str, dict[str, float]]
    """largest relative difference from the engine's first losses, by case"""
    exponent: float
    """of the engine's time an epoch against N"""


def measure(plan: Plan, with_jax: bool, log=print) -> Measurements:
    """Measure everything that the plan names.

    Args:
        plan: what, and at which size.
        with_jax: whether to compare with JAX, which then has to be installed.
        log: called with a line before each measurement.
    """
    tables, timings, differences = [], [], {}
    for experiment, case, n, contenders, operations in _experiments(plan, with_jax):
        log(f"{experiment}, {case}, N = {n}")
        compared = min(COMPARED, *(contender.epochs for contender in contenders))
        found = check_agreement(contenders, compared, TOLERANCE)
        differences[f"{experiment}, {case}, N = {n}"] = found
        timed = in_turn(contenders, plan.rounds)
        labels = {"experiment": experiment, "case": case, "N": n}
        timings.append(timed.assign(**labels))
        tables.append(summary(timed, operations).assign(**labels))
    table = pd.concat(tables, ignore_index=True)[COLUMNS]
    exponent = growth_exponent(table[table["experiment"] == "sizes"])
    timings = pd.concat(timings, ignore_index=True)
    return Measurements(table, timings, differences, exponent)


def _experiments(
    plan: Plan, with_jax: bool
) -> Iterator[tuple[str, str, int, Sequence[Contender], int | None]]:
    """Yield experiment, case, N, contenders, counted operations an epoch."""
    for name in plan.tasks:
        size = (name, plan.n, plan.epochs)
        contenders = [nonlinear.engine(*size), nonlinear.plain_autograd(*size)]
        if with_jax:
            from bench.scan import jax_scan

            contenders.append(jax_scan(*size))
        count = nonlinear.operations(*nonlinear.make_run(*size))
        yield "training", name, plan.n, contenders, count
    for n in plan.sizes:
        size = (plan.tasks[0], n, plan.epochs)
        count = nonlinear.operations(*nonlinear.make_run(*size))
        yield "sizes", plan.tasks[0], n, [nonlinear.engine(*size)], count
    contenders = [
        linear.engine(plan.linear_n, plan.linear_epochs),
        linear.dense(plan.linear_n, plan.dense_epochs),
    ]
    yield "linear", f"g = {linear.G}", plan.linear_n, contenders, None
    size = (plan.units, plan.sentences, plan.lstm_epochs)
    contenders = [lstm.engine(*size), lstm.torch_lstm(*size)]
    count = lstm.operations_of_drawn(plan.units, plan.sentences)
    yield "lstm", "2 layers", plan.units, contenders, count
