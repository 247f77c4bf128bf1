"""Code without comments, docstrings and layout: a text that is hashed.

The text of a file is the same on every version of Python from 3.11 on, on every platform and
with every line end. Neither `ast.dump` nor the tokens of `tokenize` are: they change with the
version of Python.
"""

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

from interplay.storage.errors import InputError

DOCUMENTED = {"rule", "checkpoint", "module", "def", "class", "async"}
"""first words of a line after which a string alone on a line is a docstring"""

MARKS = ("⇥", "⇤")
"""marks of more and less indentation, which no token of Python is"""

LAYOUT = {
    tokenize.COMMENT: "",
    tokenize.NL: "",
    tokenize.ENDMARKER: "",
    tokenize.INDENT: MARKS[0],
    tokenize.DEDENT: MARKS[1],
}
"""replacements of tokens whose text does not count"""

BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
"""fields of statements that are lists of statements, or of what has such lists"""

Syntax = ast.AST | list["Syntax"] | str
"""a node, a list of a node's field, or a value as it is written"""


def python_syntax(tree: ast.AST) -> str:
    """Return a syntax tree as text, without docstrings and other strings alone on a line.

    Fields that are empty (None or a list without entries) are left out, because later
    versions of Python add such fields to known nodes.
    """
    parts: list[str] = []
    # No recursion: a sum of 1000 terms is a tree 1000 nodes deep.
    waiting: list[Syntax] = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            parts.append(item)
        elif isinstance(item, list):
            waiting += ["]", *reversed(item), "["]
        elif isinstance(item, ast.Constant):
            parts.append(f"Constant({_written(item.value)})")
        else:
            waiting.append(")")
            for name, value in reversed(list(_fields(item))):
                waiting += [value, f" {name}="]
            waiting.append(f"{type(item).__name__}(")
    return "".join(parts)


def _fields(node: ast.AST) -> Iterator[tuple[str, Syntax]]:
    """Yield the fields of a node that are not empty."""
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            entries = joined_text(value) if isinstance(node, ast.JoinedStr) else value
            value = [_entry(each) for each in entries if not is_bare_string(each)]
        if isinstance(value, ast.JoinedStr) and name == "format_spec":
            # `f"{x:}"` is `f"{x}"`.
            value = value if joined_text(value.values) else None
        if value is not None and value != []:
            yield name, value if isinstance(value, list) else _entry(value)


def _entry(value: object) -> Syntax:
    return value if isinstance(value, ast.AST) else f"{_written(value)} "


def _written(value: object) -> str:
    """Return a constant as text that no other constant has."""
    if isinstance(value, str):
        # What `repr` escapes depends on the version of Unicode that Python knows.
        return ascii(value)
    if isinstance(value, bool | None | bytes) or value is ...:
        return repr(value)
    if isinstance(value, int):
        # Python refuses to write integers of more than 4300 decimal digits.
        return hex(value)
    if isinstance(value, float):
        return value.hex()
    if isinstance(value, complex):
        return f"{value.real.hex()} {value.imag.hex()}j"
    raise TypeError(f"expected a constant of Python's syntax, found {type(value)}")


def joined_text(values: Iterable[ast.expr]) -> list[ast.expr]:
    """Return the parts of an f-string, with texts that follow each other as one.

    How many texts there are depends on the version of Python.
    """
    parts: list[ast.expr] = []
    for value in values:
        last = parts[-1] if parts else None
        if not isinstance(value, ast.Constant):
            parts.append(value)
        elif isinstance(last, ast.Constant):
            parts[-1] = ast.Constant(f"{last.value}{value.value}")
        elif value.value:
            parts.append(value)
    return parts


def is_bare_string(node: object) -> bool:
    """Return whether a statement is a string only, which says something to a reader."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def imports_of(file: Path, tree: ast.AST) -> frozenset[str]:
    """Return the modules that a file imports, wherever in the file.

    Args:
        file: named by the error.
        tree: its syntax.

    Raises:
        InputError: the file has a relative import.
    """
    names: list[str] = []
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            names += (alias.name for alias in node.names)
            # Any public name of the package may be used as its attribute.
            names += (f"{alias.name}.*" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level or not node.module:
                raise InputError(
                    f"{file}, line {node.lineno}: expected absolute imports only, found "
                    "a relative one"
                )
            names.append(node.module)
            # A name imported from a package may be a module of it.
            names += (f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(names)


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield a module, its statements, and theirs; expressions have no statements."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for block in BLOCKS:
            waiting += getattr(node, block, ())


def rules_syntax(text: str) -> str:
    """Return Snakemake rules without comments, docstrings and layout.

    Snakemake's grammar is not Python's, but its tokens are.

    Args:
        text: of a file, with one kind of line end.

    Returns:
        The tokens. A text that has no tokens, because a string or bracket never ends, is
        returned as it is.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            lines = list(_logical_lines(text))
    except (SyntaxError, tokenize.TokenError):
        return text
    kept: list[str] = []
    before, marks = [""], []
    for line in lines:
        words = [word for word in line if word not in MARKS]
        if _is_string(words) and _is_documented(before):
            marks += [word for word in line if word in MARKS]
        else:
            kept.append(" ".join([*marks, *line]))
            marks = []
        before = words
    return "\n".join(kept)


def _is_string(line: list[str]) -> bool:
    return bool(line) and all(re.match(r"[rRuU]?[\"']", word) for word in line)


def _is_documented(line: list[str]) -> bool:
    return line == [""] or (line[-1:] == [":"] and line[0] in DOCUMENTED)


def _logical_lines(text: str) -> Iterator[list[str]]:
    """Yield the tokens of each line, where line breaks inside of brackets do not count."""
    rows = text.split("\n")
    line: list[str] = []
    depth, start = 0, (0, 0)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        name = tokenize.tok_name[token.type]
        # From Python 3.12 on, an f-string is many tokens, with a START and an END.
        if name.endswith("STRING_START"):
            start = start if depth else token.start
            depth += 1
        elif name.endswith("STRING_END"):
            depth -= 1
            if not depth:
                line.append(_between(rows, start, token.end))
        elif token.type == tokenize.ERRORTOKEN:
            # From Python 3.12 on, `tokenize` raises.
            raise tokenize.TokenError(token.string)
        elif depth:
            continue
        elif token.type == tokenize.NEWLINE:
            yield line
            line = []
        elif word := LAYOUT.get(token.type, token.string):
            line.append(word)
    yield line


def _between(rows: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    found = rows[start[0] - 1 : end[0]]
    found[-1] = found[-1][: end[1]]
    found[0] = found[0][start[1] :]
    return "\n".join(found)
