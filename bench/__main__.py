"""`python -m bench`: measure, print the table, and keep it under results/bench."""

import argparse
import importlib.util
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path

from bench.plan import QUICK, Plan, measure
from bench.report import as_text, lstm_ratio
from bench.timing import one_thread
from interplay.runs.records import Stopwatch, describe_machine
from interplay.storage.files import write_json
from interplay.storage.tables import write_table
from interplay.tasks import task_names

JAX = ("jax", "optax")


def positive(text: str) -> int:
    """Return a whole number above 0, for argparse."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--tasks", nargs="+", choices=task_names())
    parser.add_argument("--epochs", type=positive, help="of a timed training")
    parser.add_argument("--repeats", type=positive, help="rounds of timings")
    parser.add_argument("--quick", action="store_true", help="a minute, small sizes")
    parser.add_argument("--output", type=Path, default=Path("results/bench"))
    return parser.parse_args()


def main() -> None:
    """Run the benchmark."""
    chosen = arguments()
    plan = QUICK if chosen.quick else Plan()
    given = {"epochs": chosen.epochs, "rounds": chosen.repeats}
    given["tasks"] = tuple(chosen.tasks) if chosen.tasks else None
    plan = replace(plan, **{k: v for k, v in given.items() if v is not None})

    missing = [name for name in JAX if importlib.util.find_spec(name) is None]
    if missing:
        print(f"JAX is left out: no {', '.join(missing)} (see bench/requirements.txt)")
    stopwatch = Stopwatch.start()
    with one_thread():
        found = measure(plan, with_jax=not missing)
        machine = describe_machine(threads=1)
    spent = stopwatch.read()

    print()
    print(as_text(found.table))
    print()
    print(f"the engine's time an epoch grows as N^{found.exponent:.2f}")
    ratio = lstm_ratio(found.table)
    print(f"the LSTM's engine runs at {ratio:.2f} of the rate of the networks' engine")
    write_table(found.table, chosen.output / "bench.csv")
    write_table(found.timings, chosen.output / "timings.csv")
    write_json(
        {
            "plan": asdict(plan),
            "exponent": found.exponent,
            "largest_loss_differences": found.differences,
            "sgemm_gflops": found.timings["sgemm_rate"].median() / 1e9,
            "machine": machine,
            "jax": {name: version(name) for name in JAX if name not in missing},
            **spent,
        },
        chosen.output / "bench.json",
    )
    print(f"written to {chosen.output}")


if __name__ == "__main__":
    main()
