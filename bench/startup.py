"""`python -m bench.startup RESULTS`: what a whole run spends on running it, in CPU seconds.

A job's start is a Python that imports what the job's script imports, timed here. The time of
all jobs, and that of Snakemake in each call that came to an end, is in Snakemake's benchmark
files. The record of a training, which counts instead, leaves out its start: the share that is
printed is a little too high.
"""

import argparse
import ast
import os
import resource
import subprocess
import sys
from collections import Counter
from pathlib import Path
from statistics import median

import pandas as pd

from interplay.provenance.costs import costs_of_run
from interplay.provenance.receipts import RECEIPTS, Chain, Receipt
from interplay.storage.errors import InputError


def start_seconds(script: Path, repeats: int = 3) -> float:
    """Return the CPU seconds of Python's start and a script's imports, a median."""
    imports = [
        node
        for node in ast.parse(script.read_text("utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    # Snakemake puts an import of its own in front.
    lines = ["import snakemake.script", *map(ast.unparse, imports)]
    program = "\n".join(lines)
    environment = os.environ | {"PYTHONPATH": str(script.parent)}
    spent = []
    for _ in range(repeats):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", program], env=environment, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return median(spent)


def starts(receipts: list[Receipt], root: Path) -> pd.DataFrame:
    """Return a row a script: `jobs`, `start_seconds` of one, `seconds` of all."""
    counts = Counter(receipt.script for receipt in receipts)
    rows = [
        {
            "script": Path(script).name,
            "jobs": jobs,
            "start_seconds": start_seconds(root / script),
        }
        for script, jobs in counts.items()
    ]
    return pd.DataFrame(rows).assign(seconds=lambda t: t.jobs * t.start_seconds)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.startup")
    parser.add_argument("results", type=Path, help="folder of a run that has ended")
    results = parser.parse_args().results
    root = Path.cwd()
    try:
        receipts = Chain.read(results / RECEIPTS).receipts
        spent = costs_of_run(results)
    except InputError as error:
        sys.exit(f"{parser.prog}: {error}")
    started = starts(receipts, root)
    own = spent[spent.step == "snakemake"].cpu_seconds.sum()
    total = spent.cpu_seconds.sum()
    overhead = started.seconds.sum() + own
    print(started.round(2).to_string(index=False))
    print(f"starts: {started.seconds.sum():.0f} CPU s, Snakemake itself: {own:.0f} CPU s")
    print(f"together {overhead:.0f} of {total:.0f} CPU s: {overhead / total:.1%}")


if __name__ == "__main__":
    main()
