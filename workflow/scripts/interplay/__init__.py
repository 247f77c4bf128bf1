"""Low-rank learning in recurrent networks: the library behind the workflow.

The library knows nothing of Snakemake. Its public names are those that `__init__.pyi`
imports; `docs/library.md` describes each. Everything else is internal.
"""

import ast
from importlib import import_module
from pathlib import Path
from typing import Any

# Only __init__.pyi lists the names, so a new public name changes the code of no job.
_STUB = ast.parse(Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
_MODULES = {
    alias.name: f"{node.module}"
    for node in _STUB.body
    if isinstance(node, ast.ImportFrom)
    for alias in node.names
}
__all__ = [*_MODULES]


def __getattr__(name: str) -> Any:
    # Public names are imported when they are first used. A training job therefore contains
    # only the modules that it needs, and an edit elsewhere retrains nothing.
    if name not in _MODULES:
        raise AttributeError(f"module 'interplay' has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted(_MODULES)
