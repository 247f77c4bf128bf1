"""The treebank's files in a local copy: a folder, or the zip archive as downloaded.

This module needs only the standard library, because the Snakefile imports it.
"""

import hashlib
from pathlib import Path

from interplay.sentiment.containers import head_of, kind, open_data
from interplay.storage.errors import InputError

SPLITS = ("train", "dev", "test")


def read_split_file(source: Path, split: str, sha256: str) -> bytes:
    """Read the trees of a split from a local copy of the treebank.

    Args:
        source: the folder with train.txt, dev.txt and test.txt, the folder that contains
            it as `trees`, or a zip archive of either.
        split: "train", "dev" or "test".
        sha256: of the file.

    Raises:
        InputError: in one line: `source` is nothing of this kind, or the file is missing
            or has another hash.
    """
    name, member = f"{split}.txt", f"trees/{split}.txt"
    path = source
    if source.is_dir():
        found = [source / each for each in (name, member) if (source / each).is_file()]
        if not found:
            raise InputError(
                f"{source}: expected {name} or {member} in it, found neither"
            )
        path = found[0]
    elif not source.exists():
        raise InputError(f"{source}: expected a folder or a zip archive, found none")
    elif (form := kind(head_of(source))) != "a zip archive":
        raise InputError(f"{source}: expected a folder or a zip archive, found {form}")
    with open_data(path, member, exact=True) as file:
        content = file.read()
    if (digest := hashlib.sha256(content).hexdigest()) != sha256:
        place = path if path != source else f"{source}, {member}"
        form = kind(content[:1000])
        what = f"sha256 {digest}" if form == "text" else form
        raise InputError(f"{place}: expected sha256 {sha256}, found {what}")
    return content
