"""Hashes of files and of JSON values."""

import hashlib
import json
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
