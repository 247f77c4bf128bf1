"""Options of tasks, read from their source: the Snakefile runs where NumPy is missing."""

import ast
from pathlib import Path


def task_options(folder: Path) -> dict[str, list[str]]:
    """Return the options of each task in a folder, by the name of its module.

    Args:
        folder: the package `interplay.tasks`.

    Returns:
        For each module with a dataclass that has a method `draw`, the names of its fields
        without `dt`.
    """
    found = {}
    for file in sorted(folder.glob("*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and _is_task(node):
                found[file.stem] = [name for name in _fields(node) if name != "dt"]
    return found


def _is_task(node: ast.ClassDef) -> bool:
    decorators = {ast.unparse(one).partition("(")[0] for one in node.decorator_list}
    methods = {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
    return bool(decorators & {"dataclass", "dataclasses.dataclass"}) and "draw" in methods


def _fields(node: ast.ClassDef) -> list[str]:
    return [
        line.target.id
        for line in node.body
        if isinstance(line, ast.AnnAssign)
        and isinstance(line.target, ast.Name)
        and "ClassVar" not in ast.unparse(line.annotation)
    ]
