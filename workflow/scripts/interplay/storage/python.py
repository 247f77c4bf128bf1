"""Parse Python files, and name file and line of what is wrong with them."""

import ast
from pathlib import Path

from interplay.storage.errors import InputError


def parse(file: Path, text: str) -> ast.Module:
    """Return the syntax tree of a Python file.

    Args:
        file: named by the error.
        text: its content.

    Raises:
        InputError: the text is not Python.
    """
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise InputError(
            f"{file}, line {error.lineno}: expected Python: {error.msg}"
        ) from None
