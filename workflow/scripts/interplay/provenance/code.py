"""The code behind a result, as one hash.

Snakemake reruns a job when its script changes, but knows nothing of what the
script imports. Here the script and every module of this project that it
imports, directly or through others, are hashed over their syntax trees, so that
an edit to any of them is seen, and a comment, a docstring or a reformatting is not.
"""

import ast
import hashlib
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interplay.provenance.syntax import python_syntax, rules_syntax
from interplay.storage.errors import InputError
from interplay.storage.python import parse, source_text

FORMAT = 2
"""number of the way of hashing; it is part of what is hashed"""

COMPILED = (".so", ".pyd", ".pyc")
"""suffixes of modules that Python imports without their source"""

RESERVED = sys.stdlib_module_names | {"sitecustomize", "usercustomize"}
"""modules that Python or an installed package imports without being told by a script"""


@dataclass(frozen=True)
class Module:
    """One Python file: what it imports, and the hashes of its code and of its text."""

    imports: frozenset[str]
    hash: str
    text: str


class Sources:
    """The Python files of a folder, as they are now: each is looked up and read once."""

    def __init__(self, root: Path):
        """Remember the folder, in which scripts lie and imports are looked up."""
        self.root = root
        self._names: dict[Path, frozenset[str]] = {}
        self._found: dict[str, Path | None] = {}
        self._modules: dict[Path, Module] = {}

    def hash(self, script: str, modules: Iterable[str] = ()) -> str:
        """Return the sha256 over a script and the project's modules that it needs.

        Args:
            script: name of a Python file in the folder.
            modules: further modules, named in full, that the script loads by name.

        Returns:
            64 hexadecimal digits, the same on each version of Python from 3.11 on.

        Raises:
            FileNotFoundError: the script or one of `modules` is not there.
            InputError: a file is not Python, or `refuse_strays` refuses one.
        """
        digest = hashlib.sha256(f"interplay code {FORMAT}\n".encode())
        for file in self.files(script, modules):
            name = file.relative_to(self.root).as_posix()
            digest.update(f"{name} {self.file_hash(file)}\n".encode())
        return digest.hexdigest()

    def files(self, script: str, modules: Iterable[str] = ()) -> list[Path]:
        """Return the script and all files of the folder that it imports, sorted by path.

        Args and raises: as `hash`.
        """
        if not self._found:
            refuse_strays(self.root)
        waiting = [self.root / script]
        for module in modules:
            if self._file(module) is None:
                raise FileNotFoundError(
                    f"{self.root}: expected a module {module}, found none"
                )
            waiting += self._files_of(module)
        found: set[Path] = set()
        imported: set[str] = set()
        while waiting:
            file = waiting.pop()
            if file not in found:
                found.add(file)
                new = self._module(file).imports - imported
                imported |= new
                for module in new:
                    waiting += self._files_of(module)
        return sorted(found)

    def file_hash(self, file: Path) -> str:
        """Return the sha256 over the code of one Python file.

        Raises:
            FileNotFoundError: there is no such file.
            InputError: the file is not Python.
        """
        return self._module(file).hash

    def text_hash(self, file: Path) -> str:
        """Return the hash of the text of one Python file, see `text_hash`."""
        return self._module(file).text

    def _module(self, file: Path) -> Module:
        if file not in self._modules:
            text = source_text(file)
            tree = parse(file, text)
            syntax = python_syntax(tree)
            digest = hashlib.sha256(f"interplay code {FORMAT}\n{syntax}".encode())
            self._modules[file] = Module(
                _imports(file, tree), digest.hexdigest(), _sha256(text)
            )
        return self._modules[file]

    def _file(self, module: str) -> Path | None:
        """Return the file that Python runs when a module of the folder is imported."""
        if module not in self._found:
            *packages, name = module.split(".")
            self._found[module] = self._file_in(self.root.joinpath(*packages), name)
        return self._found[module]

    def _file_in(self, folder: Path, name: str) -> Path | None:
        # Python prefers a package to a module.
        package = folder / name
        if "__init__.py" in self._names_in(package):
            return package / "__init__.py"
        return folder / f"{name}.py" if f"{name}.py" in self._names_in(folder) else None

    def _names_in(self, folder: Path) -> frozenset[str]:
        """Return the names in a folder; none if there is no folder."""
        if folder not in self._names:
            there = folder.iterdir() if folder.is_dir() else ()
            self._names[folder] = frozenset(file.name for file in there)
        return self._names[folder]

    def _files_of(self, module: str) -> list[Path]:
        """Return the files that importing a module runs: its own and its packages'."""
        parts = module.split(".")
        names = (".".join(parts[: i + 1]) for i in range(len(parts)))
        files = [file for file in map(self._file, names) if file is not None]
        for public in self._public(".".join(parts[:-1]), parts[-1]):
            files += self._files_of(public)
        return files

    def _public(self, package: str, name: str) -> set[str]:
        """Return the modules that give a package its public name, or all of them for *.

        A package such as `interplay` imports them when a name is first used. Its stub lists
        the names and their modules.
        """
        stub = self.root.joinpath(*package.split("."), "__init__.pyi")
        if not package or stub.name not in self._names_in(stub.parent):
            return set()
        tree = parse(stub, source_text(stub))
        imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
        return {
            node.module
            for node in imports
            if node.module and name in ("*", *(alias.name for alias in node.names))
        }


def refuse_strays(folder: Path) -> None:
    """Refuse modules in a folder of sources that jobs would import without being told to.

    Raises:
        InputError: a module has the name of one of Python's own; or there is a compiled
            module, which Python may import instead of the source.
    """
    for parent, folders, names in os.walk(folder):
        # Python writes compiled code here, and compares it with the source.
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(name for name in names if name.endswith(COMPILED)):
            raise InputError(
                f"{Path(parent, name)}: expected source code, found a compiled module, "
                "which Python may import instead; remove it"
            )
        if Path(parent) == folder:
            scripts = [name for name in sorted(names) if name.endswith(".py")]
            packages = [f for f in folders if (folder / f / "__init__.py").is_file()]
            for name in [*scripts, *packages]:
                if name.removesuffix(".py") in RESERVED:
                    raise InputError(
                        f"{folder / name}: expected a name that no module of Python has, "
                        "found one that jobs import whatever their script says; rename or "
                        "remove it"
                    )


def code_hash(script: Path, modules: Iterable[str] = ()) -> str:
    """Return the hash of one script's code, see `Sources.hash`."""
    return Sources(script.parent).hash(script.name, modules)


def code_files(script: Path, modules: Iterable[str] = ()) -> list[Path]:
    """Return the files of one script's code, see `Sources.files`."""
    return Sources(script.parent).files(script.name, modules)


def text_hash(file: Path) -> str:
    """Return the sha256 over the text of a Python file, whatever its line ends."""
    return _sha256(source_text(file))


def planned_code(
    root: Path, sources: Sources, plans: Mapping[str, tuple[str, Sequence[str]]]
) -> dict[str, Any]:
    """Return what jobs compare the modules with that they have loaded.

    Args:
        root: the workflow's folder.
        sources: its Python files, as they were when the hashes were computed.
        plans: script and modules loaded by name, by the hash of their code.

    Returns:
        For JSON: `plans`, by hash, each with `script`, `modules` and `files`; and `files`, by
        path, each with the hash of its `text` and of its `code`. Paths are relative to the
        workflow's folder.
    """

    def named(file: Path) -> str:
        return file.relative_to(root).as_posix()

    files = {key: sources.files(*plan) for key, plan in plans.items()}
    return {
        "plans": {
            key: {
                "script": named(sources.root / script),
                "modules": list(modules),
                "files": list(map(named, files[key])),
            }
            for key, (script, modules) in plans.items()
        },
        "files": {
            named(file): {
                "text": sources.text_hash(file),
                "code": sources.file_hash(file),
            }
            for file in sorted({file for one in files.values() for file in one})
        },
    }


def rules_hash(file: Path) -> str:
    """Return the sha256 over a file of Snakemake rules, without comments and layout.

    Raises:
        FileNotFoundError: there is no such file.
        InputError: the file is no text.
    """
    syntax = rules_syntax(source_text(file))
    return hashlib.sha256(f"interplay rules {FORMAT}\n{syntax}".encode()).hexdigest()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _imports(file: Path, tree: ast.AST) -> frozenset[str]:
    """Return the modules that a file imports, wherever in the file."""
    names: list[str] = []
    for node in ast.walk(tree):
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
