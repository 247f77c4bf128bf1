"""Options of tasks, read from their source: the Snakefile runs where NumPy is missing."""

import ast
from pathlib import Path
from typing import Any

from interplay.storage.python import parse, source_text

Schema = dict[str, Any]
"""a JSON schema"""

TYPES = {"float": "number", "int": "integer", "bool": "boolean", "str": "string"}


def task_options(folder: Path) -> dict[str, dict[str, Schema]]:
    """Return the options of each task in a folder, by the name of its module.

    Args:
        folder: the package `interplay.tasks`.

    Returns:
        For each module with a dataclass that has a method `draw`, the names of its fields
        without `dt`, and what the annotation of a field says about its values.

    Raises:
        InputError: a file is not Python.
    """
    found = {}
    for file in sorted(folder.glob("*.py")):
        for node in parse(file, source_text(file)).body:
            if isinstance(node, ast.ClassDef) and _is_task(node):
                found[file.stem] = {
                    name: schema for name, schema in _fields(node).items() if name != "dt"
                }
    return found


def _is_task(node: ast.ClassDef) -> bool:
    decorators = {ast.unparse(one).partition("(")[0] for one in node.decorator_list}
    methods = {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
    return bool(decorators & {"dataclass", "dataclasses.dataclass"}) and "draw" in methods


def _fields(node: ast.ClassDef) -> dict[str, Schema]:
    return {
        line.target.id: _schema(line.annotation)
        for line in node.body
        if isinstance(line, ast.AnnAssign)
        and isinstance(line.target, ast.Name)
        and "ClassVar" not in ast.unparse(line.annotation)
    }


def _schema(annotation: ast.expr) -> Schema:
    """Return what `float`, `Literal[...]`, `tuple[...]` and so on say; {} for others."""
    text = ast.unparse(annotation)
    if text in TYPES:
        return {"type": TYPES[text]}
    if not isinstance(annotation, ast.Subscript):
        return {}
    inside = annotation.slice
    parts = inside.elts if isinstance(inside, ast.Tuple) else [inside]
    container = text.partition("[")[0].rpartition(".")[-1]
    if container == "Literal":
        return {"enum": [ast.literal_eval(part) for part in parts]}
    if container in ("tuple", "list"):
        return _sequence(parts, container == "tuple")
    return {}


def _sequence(parts: list[ast.expr], is_tuple: bool) -> Schema:
    endless = not is_tuple or ast.unparse(parts[-1]) == "..."
    if endless:
        return {"type": "array", "items": _schema(parts[0])}
    return {
        "type": "array",
        "prefixItems": [_schema(part) for part in parts],
        "minItems": len(parts),
        "maxItems": len(parts),
    }
