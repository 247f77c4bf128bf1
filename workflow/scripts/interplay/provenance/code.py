"""The code behind a result, as one hash.

Snakemake reruns a job when its script changes, but knows nothing of what the
script imports. Here the script and every module of this project that it
imports, directly or through others, are hashed over their syntax trees, so that
an edit to any of them is seen, and a comment, a docstring or a reformatting is not.
"""

import ast
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, cast


def code_hash(script: Path, modules: Iterable[str] = ()) -> str:
    """Return the sha256 over a script and the project's modules that it needs.

    Args:
        script: a Python file; its folder is where imports are looked up.
        modules: further modules, named in full, that the script loads by name.

    Returns:
        64 hexadecimal digits.

    Raises:
        FileNotFoundError: the script or one of `modules` is not there.
    """
    digest = hashlib.sha256()
    for file in code_files(script, modules):
        name = file.relative_to(script.parent).as_posix()
        digest.update(f"{name}\n{_syntax(_text(file))}\n".encode())
    return digest.hexdigest()


def file_code_hash(file: Path) -> str:
    """Return the sha256 over one Python file's syntax tree, as `code_hash` sees it."""
    return hashlib.sha256(_syntax(_text(file)).encode()).hexdigest()


def code_files(script: Path, modules: Iterable[str] = ()) -> list[Path]:
    """Return the script and all of the project's files that it imports, sorted by path."""
    root = script.parent
    waiting = [script]
    for module in modules:
        files = list(_files_of(module, root))
        if not files or _module_file(module, root) is None:
            raise FileNotFoundError(f"{root}: expected a module {module}, found none")
        waiting += files
    found: set[Path] = set()
    imported: set[str] = set()
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            new = _imports(_text(file)) - imported
            imported |= new
            for module in new:
                waiting += _files_of(module, root)
    return sorted(found)


def _module_file(module: str, root: Path) -> Path | None:
    path = root.joinpath(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            return file
    return None


def _files_of(module: str, root: Path) -> list[Path]:
    """Return the files that importing a module runs: its own and its packages'."""
    parts = module.split(".")
    names = [".".join(parts[: i + 1]) for i in range(len(parts))]
    files = [_module_file(name, root) for name in names]
    return [file for file in files if file is not None]


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


# Scripts share most of their modules: each text is parsed once.
@cache
def _imports(text: str) -> frozenset[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level or not node.module:
                raise ValueError("expected absolute imports only, found a relative one")
            names.append(node.module)
            # A name imported from a package may be a module of it.
            names += (f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(names)


@cache
def _syntax(text: str) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            # A string that stands alone says something to a reader only.
            cast(Any, node).body = [line for line in body if not _is_bare_string(line)]
    return ast.dump(tree)


def _is_bare_string(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
