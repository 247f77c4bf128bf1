"""Checking results against their receipts, offline."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from interplay.provenance.code import code_files, code_hash, file_code_hash
from interplay.provenance.receipts import LOCK, NAME, Receipt, producers_of, read_receipts
from interplay.storage.errors import InputError
from interplay.storage.hashes import file_hash

UNCHECKED = ("logs", "benchmarks")
"""folders of a results folder that hold nothing that a result depends on"""

DERIVED = (NAME, "ro-crate-metadata.json", "codecheck.yml")
"""what is made from receipts, and so is none of their subjects"""


def problems(results: Path, root: Path) -> Iterator[str]:
    """Yield, in the order of the graph, each file that is not what its receipt says.

    A receipt is checked after those that it depends on: links and inputs, code and lock,
    outputs. Files without a receipt come last. An input from outside of `root`, such as
    word vectors on another disk, is checked if it is at hand.

    Args:
        results: folder with receipts.
        root: the folder that paths in receipts are relative to.

    Yields:
        One line that names the file, and whether it was altered, is missing or is not
        explained.
    """
    try:
        receipts = read_receipts(results / NAME)
    except InputError as error:
        yield str(error)
        return
    producers = producers_of(receipts)
    ids: set[str] = set()
    hashes: dict[str, str | None] = {}
    seen_code: set[str] = set()

    def current(path: str) -> str | None:
        if path not in hashes:
            file = root / path
            hashes[path] = file_hash(file) if file.is_file() else None
        return hashes[path]

    def compared(path: str, expected: str, made: str) -> Iterator[str]:
        found = current(path)
        if found is None:
            yield f"{path}: missing; {made} needs it"
        elif found != expected:
            yield f"{path}: altered: expected sha256 {expected[:12]}, found {found[:12]}"

    for receipt in receipts:
        made = next(iter(receipt.outputs))
        expected_parents = {producers[p].id for p in receipt.inputs if p in producers}
        if set(receipt.parents) != expected_parents or not expected_parents <= ids:
            yield f"{results / NAME}: altered: the chain breaks before {made}"
        ids.add(receipt.id)
        for path, expected in receipt.inputs.items():
            if path not in producers:
                outside = (root / path).is_relative_to(root)
                if outside or current(path) is not None:
                    yield from compared(path, expected, made)
            elif producers[path].outputs[path] != expected:
                yield f"{made}: not explained: made of another {path} than there is"
        yield from _altered_code(receipt, made, root, seen_code)
        yield from compared(LOCK, receipt.lock, made)
        for path, expected in receipt.outputs.items():
            yield from compared(path, expected, made)
    for path in _files(results, root):
        if path not in producers:
            yield f"{path}: not explained: no receipt names it"


def _altered_code(
    receipt: Receipt, made: str, root: Path, seen: set[str]
) -> Iterator[str]:
    if receipt.code_hash in seen:
        return
    seen.add(receipt.code_hash)
    for path, expected in receipt.code.items():
        if not (root / path).is_file():
            yield f"{path}: missing; {made} was made with it"
            return
        if file_code_hash(root / path) != expected:
            yield f"{path}: altered since {made} was made"
            return
    script = root / receipt.script
    now = {f.relative_to(root).as_posix() for f in code_files(script, receipt.modules)}
    for path in sorted(now - set(receipt.code)):
        yield f"{path}: not explained: {receipt.script} imports it, but did not before"
        return
    if code_hash(script, receipt.modules) != receipt.code_hash:
        yield f"{receipt.script}: altered since {made} was made"


def _files(results: Path, root: Path) -> Iterable[str]:
    """Results that should have a receipt."""
    for place, folders, names in os.walk(results):
        folder = Path(place)
        if folder == results:
            folders[:] = [name for name in folders if name not in UNCHECKED]
            names = [name for name in names if name not in DERIVED]
        elif UNCHECKED[0] in folders:
            # The results of another configuration, with receipts of their own.
            folders.clear()
            continue
        folders.sort()
        for name in sorted(names):
            # A checkpoint belongs to a job that has not ended.
            if not name.startswith(".") and name != "checkpoint.safetensors":
                yield (folder / name).relative_to(root).as_posix()
