"""Files that are either whole or not there, and JSON in them.

Nothing but the standard library: the Snakefile stands on this, and with conda or a
container it runs where the lock is not installed.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from interplay.errors import InputError


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary name beside `path`; move it onto `path` once the block succeeds.

    The temporary file keeps the suffix of `path`, since libraries choose a
    format by it. It is flushed to the disk before the rename, and removed if
    the block raises, so that no reader ever sees half a file.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix
    )
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp, and safetensors too, make files that only their owner reads.
        temporary.chmod(0o644)
        with open(temporary, "rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(value: Any, path: str | Path) -> None:
    """Write `value` as indented JSON; a NaN or an infinity is refused (ValueError)."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(value, indent=2, allow_nan=False) + "\n")


def read_json(path: str | Path) -> Any:
    """Read a JSON file; raise `InputError` naming it if it is not whole."""
    with reading(path, "a JSON file"):
        return json.loads(Path(path).read_text())


@contextmanager
def reading(path: str | Path, expected: str, *errors: type[Exception]) -> Iterator[None]:
    """Raise `InputError` naming a file if the block finds it missing or damaged.

    Args:
        path: what the block reads.
        expected: what it should be, such as "a table".
        errors: that tell damage, besides `ValueError` and `OSError`.
    """
    try:
        yield
    except FileNotFoundError:
        raise InputError(f"{path}: expected {expected}, found no file") from None
    except (ValueError, OSError, *errors) as error:
        reason = str(error).strip().splitlines()[0]
        raise InputError(
            f"{path}: expected {expected}, found damage: {reason}"
        ) from error
