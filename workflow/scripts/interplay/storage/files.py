"""Files that are either whole or absent, and JSON.

This module needs only the standard library: the Snakefile imports it, and with conda or a
container the Snakefile runs where the lock is not installed.
"""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from interplay.storage.errors import InputError


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder; rename it to `path` if the block succeeds.

    The temporary file keeps the suffix of `path`, because libraries choose a format by the
    suffix. It is flushed to disk before the rename, and deleted if the block raises, so no
    reader ever sees half a file. The umask, or the folder's own rule, says who may read and
    write the file, as for files that are written without this function.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{path.suffix}")
    temporary.touch(0o666, exist_ok=False)
    mode = temporary.stat().st_mode
    try:
        yield temporary
        # safetensors creates files that only their owner can read.
        temporary.chmod(mode)
        with open(temporary, "rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(value: Any, path: str | Path) -> None:
    """Write a value as indented JSON; raise ValueError for NaN and infinity."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(value, indent=2, allow_nan=False) + "\n", "utf-8")


def read_json(path: str | Path) -> Any:
    """Read a JSON file; raise `InputError` if it is damaged."""
    with reading(path, "a JSON file"):
        return json.loads(Path(path).read_text("utf-8"))


@contextmanager
def reading(path: str | Path, expected: str, *errors: type[Exception]) -> Iterator[None]:
    """Turn errors of a block that reads a file into an `InputError` that names the file.

    Args:
        path: of the file.
        expected: what the file should be, such as "a table".
        errors: exceptions that mean damage, besides `ValueError` and `OSError`.

    Raises:
        InputError: the file is missing or damaged.
    """
    try:
        yield
    except FileNotFoundError:
        raise InputError(f"{path}: expected {expected}, found no file") from None
    except InputError:
        raise
    except (ValueError, OSError, *errors) as error:
        lines = str(error).strip().splitlines()
        reason = lines[0] if lines else type(error).__name__
        raise InputError(
            f"{path}: expected {expected}, found damage: {reason}"
        ) from error
