"""Find the results folder that a command is about when it names none."""

import os
from pathlib import Path

from interplay.provenance.receipts import RECEIPTS
from interplay.storage.errors import InputError

RESULTS = Path("results")
"""where the workflow writes, relative to the repository's root"""

ARCHIVE = Path("paper/results")
"""the archived full run, relative to the repository's root"""


def home_path(text: str) -> Path:
    """Return a path of the command line; `~` is a home, as some shells leave it in quotes."""
    return Path(os.path.expanduser(text))


def named_or_first(folder: Path | None) -> Path:
    """Return a folder that a command names; if it names none, the first with receipts.

    Raises:
        InputError: no folder is named, and none has receipts.
    """
    return folder or folders_with_receipts(Path.cwd())[0]


def folders_with_receipts(root: Path) -> list[Path]:
    """Return `results` and the folders in it that have receipts.

    Where there is no folder `results`, the archived full run is returned.

    Raises:
        InputError: no folder has receipts.
    """
    receipts = [
        root / RESULTS / RECEIPTS,
        *sorted((root / RESULTS).glob(f"*/{RECEIPTS}")),
    ]
    found = [path.parent.relative_to(root) for path in receipts if path.is_file()]
    archived = (root / ARCHIVE / RECEIPTS).is_file()
    if not found and archived and not (root / RESULTS).exists():
        return [ARCHIVE]
    if not found:
        other = f"; the archived run is {ARCHIVE}" if archived else ""
        raise InputError(
            f"{RESULTS}: expected {RECEIPTS}, which a run writes when it ends, found "
            f"none{other}"
        )
    return found
