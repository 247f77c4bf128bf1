"""Print the answer of `interplay verify`, and return its exit status.

The status is known before the first line is printed, so that it does not depend on a reader
who leaves early.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from interplay.provenance.problems import Kind
from interplay.provenance.verify import UNCHECKED_STATUS, Verification, verify
from interplay.storage.text import printable

WRONG_USAGE = 2


def answer(folders: Sequence[Path], work: Path, digest: str, whole: bool) -> int:
    """Check results folders, print what was found, and return the exit status.

    Problems go to standard error, everything else to standard output.

    Args:
        folders: with receipts.
        work: the current folder.
        digest: to compare with that of the one folder; empty for none.
        whole: whether every problem is printed, instead of the first of each kind.

    Returns:
        0, 1, 2 or 3, as `interplay verify --help` says; the worst of all folders.
    """
    absent = [folder for folder in folders if not (work / folder).is_dir()]
    if absent:
        said = [f"{folder}: expected a folder, found none" for folder in absent]
    elif digest and len(folders) > 1:
        said = [f"--digest: expected one folder, found {len(folders)}"]
    else:
        said = []
    if said:
        _print([f"interplay verify: {line}" for line in said], sys.stderr)
        return WRONG_USAGE
    answers = [(folder, verify(folder, work, digest)) for folder in folders]
    for folder, found in answers:
        _print(_problem_lines(folder, found, whole), sys.stderr)
        _print(_other_lines(folder, found, digest), sys.stdout)
    statuses = {found.status for _, found in answers}
    return 1 if 1 in statuses else max(statuses)


def _problem_lines(folder: Path, found: Verification, whole: bool) -> Iterator[str]:
    """Yield problems by kind, then their number if not all were printed."""
    by_kind = {kind: [one for one in found.found if one.kind == kind] for kind in Kind}
    counts = [f"{len(these)} {kind}" for kind, these in by_kind.items() if these]
    for these in by_kind.values():
        for one in these if whole else these[:1]:
            yield str(one)
    if len(found.found) > len(counts) or (whole and counts):
        more = "" if whole else "; with --all, each is printed"
        yield f"{folder}: {', '.join(counts)}{more}"


def _other_lines(folder: Path, found: Verification, digest: str) -> Iterator[str]:
    if found.status == 0:
        yield f"{folder}: every file is as its receipt says"
    elif found.status == UNCHECKED_STATUS and found.digest:
        yield f"{folder}: nothing that can be checked was altered"
    for note in found.notes:
        yield f"  {note}"
    if found.digest and found.digest == digest:
        yield "  digest: as given"
    elif found.digest:
        advice = "not the given one" if digest else "compare it with a published one"
        yield f"  digest: {found.digest}, {advice}"


def _print(lines: Iterable[str], stream: TextIO | None) -> None:
    """Print lines as far as somebody reads them."""
    if stream is None:
        return
    coding = stream.encoding or "utf-8"
    try:
        for line in lines:
            shown = printable(line).encode(coding, "backslashreplace").decode(coding)
            print(shown, file=stream)
        # Here, since Python would change the exit status if it failed to do so at its end.
        stream.flush()
    except OSError:
        # Nobody reads on, or nothing can be written; what is left in the buffer goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
