"""`python -m bench.floor RESULTS`: trainings compared with the sum of their products.

The floor of a training is the operations of its N × N products over the rate at which this
machine multiplies two 1024 × 1024 matrices on one thread, timed here. Its CPU time is what its
record says. Only records of this kind of machine compare.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from bench import lstm, nonlinear
from bench.timing import one_thread, sgemm_rate
from interplay.nonlinear.run import Run
from interplay.storage.errors import InputError
from interplay.storage.files import read_json
from interplay.storage.tables import read_table
from interplay.tasks import make_task


def of_rate_networks(results: Path) -> pd.DataFrame:
    """Return a row for each trained rate network: experiment, operations, cpu_seconds."""
    rows = []
    for path in sorted(results.glob("nonlinear/*/g*/seed*/record.json")):
        record = read_json(path)
        run = Run(**record["run"])
        task = make_task(run.task_name, **record["task"])
        count = record["epochs"] * nonlinear.operations(run, task)
        rows.append((path.parts[-4], count, record["cpu_seconds"]))
    return pd.DataFrame(rows, columns=["experiment", "operations", "cpu_seconds"])


def of_lstms(results: Path) -> pd.DataFrame:
    """Return a row for each trained LSTM; sentences have the treebank's mean length."""
    rows = []
    records = sorted(results.glob("sentiment/*/seed*/record.json"))
    if records:
        data = read_table(results / "tables" / "sentiment_data.csv").set_index("split")
        sentences = int(data.sentences["train"])
    for path in records:
        record = read_json(path)
        count = record["epochs"] * lstm.operations(record["run"]["n"], sentences)
        rows.append((path.parts[-3], count, record["cpu_seconds"]))
    return pd.DataFrame(rows, columns=["experiment", "operations", "cpu_seconds"])


def compared(trainings: pd.DataFrame, rate: float) -> pd.DataFrame:
    """Return networks, floor and cpu_seconds of each experiment and of all, and times_floor.

    Args:
        trainings: a row per network: experiment, operations, cpu_seconds.
        rate: operations per second.
    """
    table = trainings.groupby("experiment", sort=False).agg(
        networks=("operations", "size"),
        floor=("operations", "sum"),
        cpu_seconds=("cpu_seconds", "sum"),
    )
    table.loc["all"] = table.sum()
    table["floor"] /= rate
    return table.assign(times_floor=table.cpu_seconds / table.floor)


def main() -> None:
    """Measure the rate, and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.floor")
    parser.add_argument("results", type=Path, help="folder of a run")
    results = parser.parse_args().results
    try:
        every = of_rate_networks(results), of_lstms(results)
    except InputError as error:
        sys.exit(f"{parser.prog}: {error}")
    tables = [each for each in every if len(each)]
    if not tables:
        sys.exit(f"{parser.prog}: {results}: expected records of trainings, found none")
    trainings = pd.concat(tables)
    with one_thread():
        rate = float(np.median([sgemm_rate() for _ in range(5)]))
    print(f"{rate / 1e9:.0f} GFLOP/s")
    print(compared(trainings, rate).round(2).to_string())


if __name__ == "__main__":
    main()
