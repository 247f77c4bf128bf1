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

from interplay.storage.python import parse


class Sources:
    """The Python files of a folder, as they are now: each is looked up and read once."""

    def __init__(self, root: Path):
        """Remember the folder, in which scripts lie and imports are looked up."""
        self._root = root
        self._found: dict[str, Path | None] = {}
        self._texts: dict[Path, str] = {}

    def hash(self, script: str, modules: Iterable[str] = ()) -> str:
        """Return the sha256 over a script and the project's modules that it needs.

        Args:
            script: name of a Python file in the folder.
            modules: further modules, named in full, that the script loads by name.

        Returns:
            64 hexadecimal digits.

        Raises:
            FileNotFoundError: the script or one of `modules` is not there.
            InputError: a file is not Python.
        """
        digest = hashlib.sha256()
        for file in self.files(script, modules):
            name = file.relative_to(self._root).as_posix()
            digest.update(f"{name}\n{_parsed(file, self._text(file))[1]}\n".encode())
        return digest.hexdigest()

    def files(self, script: str, modules: Iterable[str] = ()) -> list[Path]:
        """Return the script and all files of the folder that it imports, sorted by path.

        Args and raises: as `hash`.
        """
        waiting = [self._root / script]
        for module in modules:
            if self._file(module) is None:
                raise FileNotFoundError(
                    f"{self._root}: expected a module {module}, found none"
                )
            waiting += self._files_of(module)
        found: set[Path] = set()
        imported: set[str] = set()
        while waiting:
            file = waiting.pop()
            if file not in found:
                found.add(file)
                new = _parsed(file, self._text(file))[0] - imported
                imported |= new
                for module in new:
                    waiting += self._files_of(module)
        return sorted(found)

    def _text(self, file: Path) -> str:
        if file not in self._texts:
            self._texts[file] = _text(file)
        return self._texts[file]

    def _file(self, module: str) -> Path | None:
        if module not in self._found:
            path = self._root.joinpath(*module.split("."))
            files = (path.with_suffix(".py"), path / "__init__.py")
            self._found[module] = next((f for f in files if f.is_file()), None)
        return self._found[module]

    def _files_of(self, module: str) -> list[Path]:
        """Return the files that importing a module runs: its own and its packages'."""
        parts = module.split(".")
        names = (".".join(parts[: i + 1]) for i in range(len(parts)))
        return [file for file in map(self._file, names) if file is not None]


def code_hash(script: Path, modules: Iterable[str] = ()) -> str:
    """Return the hash of one script's code, see `Sources.hash`."""
    return Sources(script.parent).hash(script.name, modules)


def code_files(script: Path, modules: Iterable[str] = ()) -> list[Path]:
    """Return the files of one script's code, see `Sources.files`."""
    return Sources(script.parent).files(script.name, modules)


def file_code_hash(file: Path) -> str:
    """Return the sha256 over one Python file's syntax tree, as `code_hash` sees it.

    Raises:
        InputError: the file is not Python.
    """
    return hashlib.sha256(_parsed(file, _text(file))[1].encode()).hexdigest()


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


# Scripts share most of their modules: each file is parsed once.
@cache
def _parsed(file: Path, text: str) -> tuple[frozenset[str], str]:
    """Return the modules that a file imports, and its syntax tree without docstrings."""
    tree = parse(file, text)
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level or not node.module:
                raise ValueError("expected absolute imports only, found a relative one")
            names.append(node.module)
            # A name imported from a package may be a module of it.
            names += (f"{node.module}.{alias.name}" for alias in node.names)
        body = getattr(node, "body", None)
        if isinstance(body, list):
            # A string that stands alone says something to a reader only.
            cast(Any, node).body = [line for line in body if not _is_bare_string(line)]
    return frozenset(names), ast.dump(tree)


def _is_bare_string(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
