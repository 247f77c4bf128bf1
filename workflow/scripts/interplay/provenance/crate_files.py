"""Compare the files of a crate with the hashes in its metadata."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from interplay.storage.errors import InputError
from interplay.storage.files import read_json
from interplay.storage.hashes import file_hash

METADATA = "ro-crate-metadata.json"


def read_metadata(crate: Path) -> dict[str, Any]:
    """Return the metadata of a crate.

    Raises:
        InputError: the folder has none, or they are damaged.
    """
    if not (crate / METADATA).is_file():
        raise InputError(f"{crate}: expected a crate, found no {METADATA}")
    metadata = read_json(crate / METADATA)
    if not isinstance(metadata, dict) or not isinstance(metadata.get("@graph"), list):
        raise InputError(f"{crate / METADATA}: expected the key @graph with a list")
    return metadata


def file_problems(crate: Path) -> Iterator[str]:
    """Yield a line for each file that is not as the crate's metadata say.

    Args:
        crate: folder with `ro-crate-metadata.json`.

    Raises:
        InputError: there are no metadata.
    """
    for entity in read_metadata(crate)["@graph"]:
        kinds, name = entity.get("@type", ()), str(entity.get("@id", ""))
        if "File" not in ([kinds] if isinstance(kinds, str) else kinds):
            continue
        if urlparse(name).scheme:
            continue
        path = unquote(name)
        file = crate / path
        if not file.resolve().is_relative_to(crate.resolve()):
            yield f"{path}: expected a file inside of the crate"
        elif not file.is_file():
            yield f"{path}: missing"
        elif (expected := entity.get("sha256")) and file_hash(file) != expected:
            yield f"{path}: altered: expected sha256 {expected}, found {file_hash(file)}"
