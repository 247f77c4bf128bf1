"""`python -m bench.startup RESULTS`: what a whole run spends on running it, in CPU seconds.

A job's start is a Python that imports what the job's script imports, timed here; the rest of
a job is what Snakemake's benchmark files, or the record of a training, say of its CPU time.
Snakemake's own time, of each call that came to an end, is in its benchmark file, too.
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

from interplay.provenance.costs import costs
from interplay.provenance.receipts import RECEIPTS, Chain, Receipt
from interplay.storage.errors import InputError
from interplay.storage.files import read_json


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


def trained_seconds(receipts: list[Receipt], root: Path) -> float:
    """Return the CPU seconds that the records of trainings tell, imports left out."""
    records = [p for each in receipts for p in each.outputs if p.endswith("record.json")]
    return sum(read_json(root / path)["cpu_seconds"] for path in records)


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
        spent = costs(results / "benchmarks")
    except InputError as error:
        sys.exit(f"{parser.prog}: {error}")
    started = starts(receipts, root)
    own = spent[spent.step == "snakemake"].cpu_seconds.sum()
    others = spent[~spent.step.isin(["train", "snakemake"])].cpu_seconds.sum()
    of_trainings = started[started.script.str.startswith("train")].seconds.sum()
    total = trained_seconds(receipts, root) + of_trainings + others + own
    overhead = started.seconds.sum() + own
    print(started.round(2).to_string(index=False))
    print(f"starts: {started.seconds.sum():.0f} CPU s, Snakemake itself: {own:.0f} CPU s")
    print(f"together {overhead:.0f} of {total:.0f} CPU s: {overhead / total:.1%}")


if __name__ == "__main__":
    main()
