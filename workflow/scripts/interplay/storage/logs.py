"""The error in a job's log file: one line, which the terminal shows."""

import re
from pathlib import Path

from interplay.storage.errors import InputError

ERROR = "error: "
"""beginning of the message that says why a job failed"""


def error_message(error: Exception) -> str:
    """Return the message of the log file: that of an `InputError`, or type and first line."""
    kind = "" if isinstance(error, InputError) else f"{type(error).__name__}: "
    return ERROR + f"{kind}{error}".split("\n", 1)[0]


def error_in(log: Path) -> str:
    """Return why a job failed, by its log file.

    Args:
        log: lines of date, time and message.

    Returns:
        The error; an empty string if the file has none, as after a job was killed.
    """
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    found = re.findall(rf"^\d\S+ \d\S+ {ERROR}(.*)$", text, re.M)
    return found[-1] if found else ""
