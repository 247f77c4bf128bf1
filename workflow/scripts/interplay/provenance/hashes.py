"""Hashes of files and of values, by which everything here is known."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def file_hash(path: str | Path) -> str:
    """Return the sha256 of a file's bytes: 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def value_hash(value: Any) -> str:
    """Return the sha256 of a JSON value, whatever the order of its keys."""
    text = json.dumps(value, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def made_of(rule: str, inputs: Mapping[str, str], parameters: Mapping[str, Any]) -> str:
    """Return a job's identity before it has any output: what it is made of.

    Args:
        rule: name of the rule.
        inputs: sha256 by path.
        parameters: of the rule, the hash of its code among them.
    """
    return value_hash([rule, dict(inputs), dict(parameters)])


def short_id(rule: str, identity: str) -> str:
    """Return the name that a figure carries in its metadata, such as fig2-1a2b3c4d5e6f."""
    return f"{rule}-{identity[:12]}"
