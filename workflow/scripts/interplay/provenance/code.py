"""The code behind a result, as one hash.

Snakemake reruns a job when its script changes, but knows nothing of what the
script imports. Here the script and every module of this project that it
imports, directly or through others, are hashed over their syntax trees, so that
an edit to any of them is seen, and a comment, a docstring or a reformatting is not.
"""

import ast
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interplay.provenance.strays import refuse_strays
from interplay.provenance.syntax import imports_of, python_syntax, rules_syntax
from interplay.storage.python import parse, source_text

FORMAT = 2
"""number of the way of hashing; it is part of what is hashed"""

TASKS = "tasks"
"""name of the folder of a configuration's own tasks, wherever it is, in hashes and receipts"""

TASK_PACKAGE = "interplay.tasks"
"""package that the modules of that folder belong to, too"""


@dataclass(frozen=True)
class Module:
    """One Python file: what it imports, and the hashes of its code and of its text."""

    imports: frozenset[str]
    hash: str
    text: str


class Sources:
    """The Python files of a folder, as they are now: each is looked up and read once."""

    def __init__(self, root: Path, tasks: Path | None = None):
        """Remember the folder with scripts and packages, and one with further tasks."""
        self.root, self.tasks = root, tasks
        self._names: dict[Path, frozenset[str]] = {}
        self._found: dict[str, Path | None] = {}
        self._run_by: dict[str, list[Path]] = {}
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
        files = {Path(self.name(f, self.root)): f for f in self.files(script, modules)}
        # By name, since the folder of tasks may be before or after the other one.
        for name, file in sorted(files.items()):
            digest.update(f"{name.as_posix()} {self.file_hash(file)}\n".encode())
        return digest.hexdigest()

    def name(self, file: Path, root: Path) -> str:
        """Return the name of one of the files, relative to a folder above all others.

        A file of a folder of tasks has the same name wherever that folder is.
        """
        if self.tasks and file.is_relative_to(self.tasks):
            return f"{TASKS}/{file.relative_to(self.tasks).as_posix()}"
        return file.relative_to(root).as_posix()

    def foreign(self, module: str) -> set[str]:
        """Return the names, without dots, of modules from elsewhere that a module imports.

        Raises:
            InputError: a file is not Python.
        """
        files = self._closure(self._files_of(module))
        names = {name for file in files for name in self._module(file).imports}
        # Unlike that folder, interplay.tasks is not in Python's path.
        return {
            name
            for name in {each.partition(".")[0] for each in names}
            if not self._file(name)
            and not (self.tasks and self._file_below(self.tasks, name))
        }

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
        return self._closure(waiting)

    def _closure(self, files: Iterable[Path]) -> list[Path]:
        """Return files and all that they import, sorted by path."""
        waiting = list(files)
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
            imports = imports_of(file, tree)
            if self.tasks and file.is_relative_to(self.tasks):
                # A task imports its neighbours by their own names.
                imports |= {f"{TASK_PACKAGE}.{name}" for name in imports}
            self._modules[file] = Module(imports, digest.hexdigest(), _sha256(text))
        return self._modules[file]

    def _file(self, module: str) -> Path | None:
        """Return the file that Python runs when a module of the folder is imported."""
        if module not in self._found:
            found = self._file_below(self.root, module)
            if found is None and self.tasks and module.startswith(f"{TASK_PACKAGE}."):
                inside = module.removeprefix(f"{TASK_PACKAGE}.")
                found = self._file_below(self.tasks, inside)
            self._found[module] = found
        return self._found[module]

    def _file_below(self, folder: Path, module: str) -> Path | None:
        *packages, name = module.split(".")
        return self._file_in(folder.joinpath(*packages), name)

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
        if module not in self._run_by:
            parts = module.split(".")
            names = (".".join(parts[: i + 1]) for i in range(len(parts)))
            files = [file for file in map(self._file, names) if file is not None]
            for public in self._public(".".join(parts[:-1]), parts[-1]):
                files += self._files_of(public)
            self._run_by[module] = files
        return self._run_by[module]

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


def code_file(name: str, root: Path, tasks: Path | str | None) -> Path:
    """Return the file that has a name in receipts, see `Sources.name`."""
    inside = name.removeprefix(f"{TASKS}/")
    return Path(tasks, inside) if tasks and inside != name else root / name


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
        workflow's folder, or to that of `tasks`, which is `tasks` here.
    """

    def named(file: Path) -> str:
        return sources.name(file, root)

    files = {key: sources.files(*plan) for key, plan in plans.items()}
    return {
        "tasks": sources.tasks and str(sources.tasks),
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
