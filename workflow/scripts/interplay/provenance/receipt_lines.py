"""The lines of a file of receipts: written and read so that any change is noticed."""

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar, get_origin

from interplay.storage.errors import InputError
from interplay.storage.hashes import value_hash


class CannotBeReadError(InputError):
    """Receipts that are not there or not readable here, which need not mean altered."""


class Entry(Protocol):
    """A receipt or a seal."""

    def stored(self) -> dict[str, Any]: ...
    @classmethod
    def of(cls, entries: Mapping[str, Any]) -> Self: ...


E = TypeVar("E", bound=Entry)


def read_lines(path: Path, expected: int) -> list[str]:
    """Return the lines of a file of receipts without their ends.

    Args:
        path: of the file.
        expected: the format of receipts that can be read.

    Raises:
        CannotBeReadError: there is no file, its receipts have another format, or git changed
            its line ends.
        InputError: the file is no text, or its last line has no end.
    """
    try:
        # Bytes, since reading text would accept other line ends.
        text = path.read_bytes().decode()
    except FileNotFoundError:
        raise CannotBeReadError(f"{path}: expected receipts, found no file") from None
    except OSError as error:
        raise CannotBeReadError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: altered: {error}") from None
    lines = text.split("\n")
    if len(lines) > 1 and all(line.endswith("\r") for line in lines[:-1]):
        raise CannotBeReadError(
            f"{path}: its line ends were changed, as git does with core.autocrlf=true; "
            "set core.autocrlf to false and check the files out again"
        )
    _refuse_other_format(path, lines[0], expected)
    if len(lines) == 1 or lines[-1]:
        raise InputError(f"{path}: altered: expected a whole last line, the seal")
    return lines[:-1]


def line_of(entry: Entry) -> str:
    """Return the line of a receipt or a seal, with its id in front."""
    stored = entry.stored()
    return _line(value_hash(stored), stored)


def _line(identifier: str, stored: Mapping[str, Any]) -> str:
    return json.dumps({"id": identifier, **stored}, allow_nan=False)


def parsed(path: Path, number: int, line: str, kind: type[E]) -> E:
    """Return the receipt or seal of a line.

    Raises:
        InputError: the line is not as it was written.
    """
    name = kind.__name__.lower()
    try:
        entries = json.loads(line)
        stated = entries.pop("id")
        entry = kind.of(entries)
        _check_types(entry)
        stored = entry.stored()
        found = value_hash(stored)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(f"{path}: altered: line {number} is no {name}") from None
    if found != stated:
        raise InputError(
            f"{path}: altered: line {number} ({entries.get('rule', name)}): "
            f"expected the id {str(stated)[:12]}, found {found[:12]}"
        )
    if _line(found, stored) != line:
        raise InputError(f"{path}: altered: line {number} is not as it was written")
    return entry


def _check_types(entry: Any) -> None:
    for one in fields(entry):
        expected: Any = get_origin(one.type) or one.type
        if not isinstance(getattr(entry, one.name), expected):
            raise TypeError(one.name)


def _refuse_other_format(path: Path, line: str, expected: int) -> None:
    try:
        first = json.loads(line)
        found = first.get("format", 1)
    except (ValueError, AttributeError):
        return
    if found != expected and "rule" in first:
        raise CannotBeReadError(
            f"{path}: expected receipts of format {expected}, found format {found}; "
            "use the version of the workflow that wrote them, or remove this file and run "
            "the workflow again"
        )
