"""Hash what a claim measures and expects, so that a later change of it is seen.

`python tests/claims/written.py` prints the hashes of paper/claims.yaml.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]

WORDING = ("claim", "where", "about", "published", "not_tested")
SELECTION = ("rows", "known", "each")
RENAMED = {"counted_rank": "functional_rank", "counted_loss": "final_loss"}
"""columns that became ones of their own: until then, claims filled in what the networks
without a rank and the diverged ones count as, which the tables now have"""


def hash_of(entry: Any) -> str:
    """Return the sha256 of a JSON value."""
    return hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()


def without(entry: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """Return an entry of claims.yaml without some of its keys, its columns as of old."""
    options = {
        key: RENAMED.get(value, value) if key == "column" else value
        for key, value in entry.get("options", {}).items()
    }
    changed = {**entry, "options": options} if options else entry
    return {key: value for key, value in changed.items() if key not in keys}


def hashes(text: str, *left_out: str) -> dict[str, str]:
    """Return the hash of each tested claim, by its id.

    Args:
        text: content of claims.yaml.
        left_out: keys that do not count, besides those of the wording.
    """
    entries = yaml.safe_load(text)["claims"]
    return {
        entry["id"]: hash_of(without(entry, *WORDING, *left_out))
        for entry in entries
        if "not_tested" not in entry
    }


if __name__ == "__main__":
    print(json.dumps(hashes((ROOT / "paper/claims.yaml").read_text()), indent=1))
