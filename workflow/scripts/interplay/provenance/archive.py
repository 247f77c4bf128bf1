"""What of a run is kept under version control: what a reader looks at, and its records."""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from interplay.provenance.costs import costs
from interplay.provenance.receipts import LOCK, NAME, Receipt
from interplay.provenance.verify import problems
from interplay.storage.errors import InputError
from interplay.storage.files import write_json
from interplay.storage.tables import write_table

KEPT = ("figures/*.pdf", "figures/*.png", "tables/*.csv", "paper.pdf")
"""of a results folder"""

MACHINES = "machines.json"
"""by which a folder of kept results is known"""


def keep(receipts: Sequence[Receipt], results: str, root: Path, folder: Path) -> None:
    """Copy figures, tables and paper of a run, and write down what they came from.

    Besides these the folder then has the receipts, the lock (requirements.txt), the
    machines on which networks were trained (machines.json) and `costs` (costs.csv). It is
    written beside its place first, so that an earlier one is there until the new is whole.

    Args:
        receipts: of the results folder.
        results: that folder, relative to the root.
        root: the repository's root.
        folder: takes the place of an earlier one of its kind.

    Raises:
        InputError: the results are not what their receipts say, or the folder is there
            and is not of this kind.
    """
    if folder.exists() and not (folder / MACHINES).is_file():
        raise InputError(f"{folder}: expected no folder, or one by `keep`, found another")
    for problem in problems(root / results, root):
        raise InputError(problem)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as beside:
        whole = Path(beside) / folder.name
        _write(whole, receipts, results, root)
        if folder.exists():
            shutil.rmtree(folder)
        whole.rename(folder)


def _write(folder: Path, receipts: Sequence[Receipt], results: str, root: Path) -> None:
    for pattern in KEPT:
        for path in sorted((root / results).glob(pattern)):
            copy = folder / path.relative_to(root / results)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    shutil.copyfile(root / results / NAME, folder / NAME)
    shutil.copyfile(root / LOCK, folder / Path(LOCK).name)
    write_json(machines(receipts), folder / MACHINES)
    write_table(costs(root / results / "benchmarks"), folder / "costs.csv")


def machines(receipts: Sequence[Receipt]) -> list[dict[str, object]]:
    """Return each machine that receipts tell of, with how many jobs it did."""
    described = [each.machine for each in receipts if "system" in each.machine]
    counts = Counter(json.dumps(machine, sort_keys=True) for machine in described)
    return [json.loads(text) | {"jobs": n} for text, n in counts.most_common()]
