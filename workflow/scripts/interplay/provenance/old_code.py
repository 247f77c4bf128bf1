"""Hashes of code and rules in receipts without a format: those of the archived full run.

Delete this module, and the two places in `verify.py` that name it, after the next full run.
"""

import ast
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from interplay.provenance.syntax import is_bare_string, joined_text
from interplay.storage.python import parse, source_text


def old_file_hash(file: Path) -> str:
    """Return the sha256 over `ast.dump` of a Python file, as Python 3.11 prints it.

    Raises:
        InputError: the file is not Python.
    """
    return hashlib.sha256(_old_syntax(file, source_text(file)).encode()).hexdigest()


def old_code_hash(files: Iterable[Path], scripts: Path) -> str:
    """Return the hash of the files of one script's code over `ast.dump`.

    Args:
        files: as `Sources.files` returns them.
        scripts: folder of the script.

    Raises:
        InputError: a file is not Python.
    """
    digest = hashlib.sha256()
    for file in files:
        name = file.relative_to(scripts).as_posix()
        digest.update(f"{name}\n{_old_syntax(file, source_text(file))}\n".encode())
    return digest.hexdigest()


def old_workflow_hash(file: Path) -> str:
    r"""Return the sha256 over the bytes of a rule or schema file, with line ends `\n`."""
    data = file.read_bytes().replace(b"\r\n", b"\n")
    return hashlib.sha256(data).hexdigest()


# Scripts share most of their modules: each file is parsed once.
@cache
def _old_syntax(file: Path, text: str) -> str:
    return _dump(parse(file, text))


def _dump(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_dump, value))}]"
    if not isinstance(value, ast.AST):
        return repr(value)
    fields = []
    for name in value._fields:
        field = getattr(value, name, None)
        optional = getattr(type(value), name, ...) is None
        # Python 3.12 added the parameters of types.
        if name == "type_params" or (field is None and optional):
            continue
        if isinstance(value, ast.JoinedStr):
            field = joined_text(value.values)
        elif name == "body" and isinstance(field, list):
            field = [line for line in field if not is_bare_string(line)]
        fields.append(f"{name}={_dump(field)}")
    return f"{type(value).__name__}({', '.join(fields)})"
