"""Problems that verification finds: of which file, of which kind, and what it is."""

from dataclasses import dataclass
from enum import StrEnum

from interplay.storage.text import printable


class Kind(StrEnum):
    """The kinds of problems, in the order in which they are reported."""

    ALTERED = "altered"
    MISSING = "missing"
    NOT_EXPLAINED = "not explained"
    IMPLAUSIBLE = "implausible"
    CANNOT_BE_CHECKED = "cannot be checked"


@dataclass(frozen=True)
class Problem:
    """One problem of one file."""

    path: str
    """of the file, as messages show it"""
    kind: Kind
    about: str = ""
    """what was expected and found, or the reason; empty if the kind says it all"""

    def __str__(self) -> str:
        """Return one line, without characters that do not print."""
        about = f": {self.about}" if self.about else ""
        return printable(f"{self.path}: {self.kind}{about}")
