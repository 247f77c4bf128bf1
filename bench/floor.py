"""`python -m bench.floor RESULTS`: trainings compared with the sum of their products.

The floor of a training is the operations of its matrix products over the rate at which this
machine multiplies two 1024 × 1024 matrices on one thread, timed here. Its CPU time is what its
record says. An archive has no records; there, the job's wall time, times its threads, bounds
its CPU time from above. Trainings on another kind of processor are left out.
"""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from bench import lstm, nonlinear
from bench.timing import one_thread, sgemm_rate
from interplay.nonlinear.run import Run
from interplay.provenance.receipts import RECEIPTS, TRAINING_RECORD, Chain, Receipt
from interplay.provenance.recording import describe_machine
from interplay.storage.errors import InputError
from interplay.storage.files import read_json
from interplay.storage.tables import read_table
from interplay.tasks import make_task


def trained_here(receipts: Iterable[Receipt]) -> list[Receipt]:
    """Return the receipts of jobs on this machine's kind of processor.

    Kinds are told apart by name and vector flags, since one name can stand for several
    generations.
    """
    kind = "device", "processor", "flags"
    here = describe_machine(threads=1)
    return [
        receipt
        for receipt in receipts
        if all(receipt.machine[key] == here[key] for key in kind)
    ]


def of_rate_networks(receipts: Iterable[Receipt], root: Path) -> pd.DataFrame:
    """Return a row for each trained rate network, see `_row`."""
    rows = []
    for receipt in receipts:
        experiment, names = receipt.parameters["experiment"], receipt.wildcards
        run = Run.of(experiment, float(names["g"]), int(names["seed"]))
        task = make_task(run.task_name, experiment["dt"], **experiment["options"])
        operations = run.epochs * nonlinear.operations(run, task)
        rows.append(_row(receipt, operations, root))
    return pd.DataFrame(rows)


def of_lstms(
    receipts: Iterable[Receipt], root: Path, sentences: pd.DataFrame
) -> pd.DataFrame:
    """Return a row for each trained LSTM, see `_row`.

    Args:
        receipts: of their trainings.
        root: folder of the run.
        sentences: `tokens` and `sentences` of the splits train and dev. Each epoch, the
            network is trained on one, then tested on the other, forward only.
    """
    rows = []
    for receipt in receipts:
        experiment = receipt.parameters["experiment"]
        train, dev = (
            lstm.operations(
                experiment["N"], *sentences.loc[split, ["tokens", "sentences"]]
            )
            for split in ("train", "dev")
        )
        operations = experiment["epochs"] * (sum(train.values()) + dev["forward"])
        rows.append(_row(receipt, operations, root))
    return pd.DataFrame(rows)


def _row(receipt: Receipt, operations: int, root: Path) -> dict[str, object]:
    """Return experiment, operations, cpu_seconds, and `bounded`: these are only a bound."""
    (path,) = (root / path for path in receipt.outputs if path.endswith(TRAINING_RECORD))
    bounded = not path.exists()
    return {
        "experiment": receipt.wildcards["experiment"],
        "operations": operations,
        "cpu_seconds": (receipt.ended - receipt.started) * receipt.machine["threads"]
        if bounded
        else read_json(path)["cpu_seconds"],
        "bounded": bounded,
    }


def compared(trainings: pd.DataFrame, rate: float) -> pd.DataFrame:
    """Return networks, floor and cpu_seconds of each experiment and of all, and times_floor.

    Args:
        trainings: a row per network: experiment, operations, cpu_seconds, and bounded, of
            which the number is returned.
        rate: operations per second.
    """
    table = trainings.groupby("experiment", sort=False).agg(
        networks=("operations", "size"),
        floor=("operations", "sum"),
        cpu_seconds=("cpu_seconds", "sum"),
        bounded=("bounded", "sum"),
    )
    table.loc["all"] = table.sum()
    table["floor"] /= rate
    counts = {"networks": int, "bounded": int}
    return table.astype(counts).assign(times_floor=table.cpu_seconds / table.floor)


def main() -> None:
    """Measure the rate, and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.floor")
    parser.add_argument("results", type=Path, help="folder of a run, below this one")
    results = parser.parse_args().results
    try:
        receipts = Chain.read(results / RECEIPTS).receipts
        every = [
            each for each in receipts if each.rule in ("train_network", "train_lstm")
        ]
        here = trained_here(every)
        lstms = [each for each in here if each.rule == "train_lstm"]
        networks = [each for each in here if each.rule == "train_network"]
        tables = [of_rate_networks(networks, Path.cwd())]
        if lstms:
            sentences = read_table(results / "tables/sentiment_data.csv")
            tables.append(of_lstms(lstms, Path.cwd(), sentences.set_index("split")))
    except InputError as error:
        sys.exit(f"{parser.prog}: {error}")
    if not here:
        sys.exit(
            f"{parser.prog}: {results}: expected trainings on this kind of processor, "
            f"found none of {len(every)}"
        )
    with one_thread():
        rate = float(np.median([sgemm_rate() for _ in range(50)]))
    print(f"{rate / 1e9:.0f} GFLOP/s")
    print(f"trained on this kind of processor: {len(here)} of {len(every)}")
    print(compared(pd.concat(tables), rate).round(2).to_string())


if __name__ == "__main__":
    main()
