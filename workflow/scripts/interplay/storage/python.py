"""Read and parse Python files, and name file and line of what is wrong with them."""

import ast
import io
import tokenize
import warnings
from pathlib import Path

from interplay.storage.errors import InputError


def source_text(file: Path) -> str:
    r"""Return the text of a Python file, decoded as Python decodes it.

    A byte order mark or a coding cookie names the encoding; the default is UTF-8. Each line
    ends with `\n`, whatever it ends with in the file.

    Raises:
        FileNotFoundError: there is no such file.
        InputError: the file is no text in its encoding.
    """
    data = file.read_bytes()
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise InputError(f"{file}: expected Python: {error}") from None
    if "\0" in text:
        raise InputError(f"{file}: expected Python, found a null character")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse(file: Path, text: str) -> ast.Module:
    """Return the syntax tree of a Python file.

    Args:
        file: named by the error.
        text: its content.

    Raises:
        InputError: the text is not Python.
    """
    try:
        with warnings.catch_warnings():
            # Later versions of Python warn of more, such as the escape in "\d".
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise InputError(
            f"{file}, line {error.lineno}: expected Python: {error.msg}"
        ) from None
    except (RecursionError, MemoryError) as error:
        raise InputError(f"{file}: expected Python: {error}") from None
