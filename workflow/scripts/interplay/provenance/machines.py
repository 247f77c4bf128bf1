"""The machines on which the networks of a run were trained."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from interplay.provenance.receipts import Receipt, is_training

MACHINES = "machines.json"
"""their file in an archive"""


def machines(receipts: Iterable[Receipt]) -> list[dict[str, Any]]:
    """Return each machine in the receipts of trainings, with the number of its jobs."""
    described = [receipt.machine for receipt in receipts if is_training(receipt)]
    counts = Counter(json.dumps(machine, sort_keys=True) for machine in described)
    return [json.loads(text) | {"jobs": n} for text, n in counts.most_common()]
